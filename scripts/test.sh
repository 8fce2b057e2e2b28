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
    ctest --test-dir target/native-sanitized --output-on-failure --no-tests=error
}

c_format() {
    find native -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
}

# Looks for new inputs, 20 s a target; the fuzzer takes one target a JVM.
fuzz() {
    local target
    for target in shouldReadHeadersOfAnyBytes shouldSplitAnyFrame shouldMergeAnyPackets; do
        JAZZER_FUZZ=1 mvn -q -B surefire:test "-Dtest=CodecFuzzTest#$target"
    done
}

stress() {
    mvn -q -B surefire:test -Dtest.excluded= '-Dtest=*StressTest'
}

# A missing device, tool or privilege fails a test here instead of skipping it.
export TUNLOOP_REQUIRE_TUN=1

step scripts/setup.sh
step c_format
step mvn -q -B spotless:check
step mvn -B -ntp verify
step native_sanitized
step stress
step scripts/jmh.sh -f 1 -wi 1 -w 100ms -i 1 -r 100ms -foe true -v silent -rf text -rff target/jmh.txt
step fuzz
step scripts/fuzz.sh -runs=100000
echo
echo "test: all passed"
