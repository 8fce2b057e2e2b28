#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes the codec for long: 20 million executions take half an hour. What it learns stays in target/fuzz/corpus, and what
# breaks the codec in target/fuzz/crash-*; the exit code is then not 0. Options are libFuzzer's.
#
#     scripts/fuzz.sh                             20 million
#     scripts/fuzz.sh -runs=1000000
set -euo pipefail

scripts=$(dirname "$(readlink -f "$0")")
mkdir -p "$scripts/../target/fuzz/corpus"
# Jazzer's guard of Unsafe breaks Netty's queues; to look for leaks at each buffer takes longer than the codec.
exec "$scripts/test-java.sh" -Xmx1g -Dio.netty.leakDetection.level=disabled \
    com.code_intelligence.jazzer.Jazzer --target_class=io.tunloop.codec.CodecFuzz \
    --disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer \
    --instrumentation_includes='io.tunloop.codec.**:io.tunloop.packet.**' \
    --reproducer_path=target/fuzz -artifact_prefix=target/fuzz/ -max_len=1000 -runs=20000000 "$@" target/fuzz/corpus
