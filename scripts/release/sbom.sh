#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tunloop-VERSION.cdx.json: what is in tunloop.jar, with versions, licences and checksums, in CycloneDX.
# shellcheck source=scripts/release/stage.sh
source "$(dirname "$(readlink -f "$0")")/stage.sh"

"$RELEASE_SOURCE/scripts/maven.sh" -q -B -f "$RELEASE_SOURCE/pom.xml" -Dmaven.test.skip=true org.cyclonedx:cyclonedx-maven-plugin:makeBom
install -m 644 "$RELEASE_SOURCE/target/bom.json" "$RELEASE_OUT/tunloop-$RELEASE_VERSION.cdx.json"
