#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the JMH benchmarks of checksum, split and coalesce, or those that a pattern names; takes JMH's options.
#
#     scripts/jmh.sh                              all, about two minutes
#     scripts/jmh.sh Checksum -p bytes=1448
set -euo pipefail

exec "$(dirname "$(readlink -f "$0")")/test-java.sh" org.openjdk.jmh.Main "$@"
