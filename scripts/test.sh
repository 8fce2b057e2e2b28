#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Sets up, builds, and passes every test: formatting, Java units and integration (on real TUN devices, in
# namespaces of their own), native tests plain and under AddressSanitizer and UndefinedBehaviorSanitizer.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root"

step() {
    echo
    echo "==> $*"
    "$@"
}

native_sanitized() {
    cmake -S native -B target/native-sanitized -DTUNLOOP_SANITIZE=ON -DCMAKE_BUILD_TYPE=Debug --log-level=WARNING
    cmake --build target/native-sanitized -j "$(nproc)" -- --silent
    (cd target/native-sanitized && ctest --output-on-failure --no-tests=error) # --test-dir is newer than Debian 11
}

# Other releases of clang-format lay out some lines differently.
c_format() {
    local version
    version=$(clang-format --version 2>&1) || version=missing
    if [[ $version != *" version 14."* ]]; then
        echo "not checked: the layout is that of clang-format 14, and the one here is: $version"
        return
    fi
    find native -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
}

# Looks for new inputs, 20 s a target; the fuzzer takes one target a JVM.
fuzz() {
    local target
    for target in shouldReadHeadersOfAnyBytes shouldSplitAnyFrame shouldMergeAnyPackets; do
        JAZZER_FUZZ=1 scripts/maven.sh -q -B surefire:test "-Dtest=CodecFuzzTest#$target"
    done
}

stress() {
    scripts/maven.sh -q -B surefire:test -Dtest.excluded= '-Dtest=*StressTest'
}

step scripts/setup.sh test
# A missing device, tool or privilege fails a test here instead of skipping it, unless the tool is not to be had.
missing=$(scripts/setup.sh missing test)
if [[ -z $missing ]]; then
    export TUNLOOP_REQUIRE_TUN=1
else
    echo "test: tests that need one of these are skipped: $missing"
fi
step c_format
step scripts/maven.sh -q -B spotless:check
step scripts/maven.sh -B -ntp verify
step scripts/build.sh # what Maven has built, with its class archive
step native_sanitized
step stress
step scripts/jmh.sh -f 1 -wi 1 -w 100ms -i 1 -r 100ms -foe true -v silent -rf text -rff target/jmh.txt
step fuzz
step scripts/fuzz.sh -runs=100000
echo
echo "test: all passed"
