#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds target/tunloop.jar and target/native/limit, but only when a source is newer than they are.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root"

up_to_date() {
    [[ -f target/tunloop.jar && -x target/native/limit ]] || return 1
    [[ -z $(find pom.xml src/main native -newer target/tunloop.jar -print -quit) ]]
}

if ! up_to_date; then
    echo "build: mvn package (the first build downloads dependencies)"
    mvn -q -B -DskipTests package
fi
