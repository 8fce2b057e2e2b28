#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs java, from the top folder, with the classes of the tests and all that they need on its class path.
#
#     scripts/test-java.sh -Xmx1g org.openjdk.jmh.Main -l
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
scripts/maven.sh -q test-compile dependency:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile=target/test-classpath >&2
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "target/test-classes:target/classes:$(cat target/test-classpath)" "$@"
