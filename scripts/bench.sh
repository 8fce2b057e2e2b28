#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures forwarders between two TUN devices:
#
#     namespace tunloop-PID-1                        namespace tunloop-PID-2
#     iperf3 client ─ tun11 ─┐                       ┌─ tun22 ─ iperf3 server
#                            └─► forwarder process ◄─┘
#
# Sets up what is missing, builds what is out of date, runs `tunloop bench` with the arguments given.
#
#     scripts/bench.sh                                          every mode and both limits
#     scripts/bench.sh "async-gso --thread 2" "/opt/peer -x"    these rows
#     scripts/bench.sh --help                                   everything else
set -euo pipefail

scripts=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
"$scripts/setup.sh" bench >&2
"$scripts/build.sh" >&2
export TUNLOOP_BENCH_REPORT=${TUNLOOP_BENCH_REPORT:-$(dirname "$scripts")/target/bench}
exec "$scripts/tunloop" bench "$@"
