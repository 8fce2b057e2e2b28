#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs Maven with the arguments given: the one on the PATH if it is new enough, else the one that mvnw fetches.
set -euo pipefail

scripts=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
oldest=3.6.3 # pom.xml asks for the same

is_new_enough() {
    local version
    version=$(mvn --version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p') || return 1
    [[ -n $version && $(printf '%s\n' "$oldest" "$version" | sort -V | head -n 1) == "$oldest" ]]
}

if command -v mvn >/dev/null && is_new_enough; then
    exec mvn "$@"
fi
exec "$(dirname "$scripts")/mvnw" "$@"
