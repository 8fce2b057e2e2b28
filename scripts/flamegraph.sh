#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Draws flamegraph/<mode>-flamegraph.svg of every mode, or of the rows given, and of the limits.
#
#     scripts/flamegraph.sh                       every mode
#     scripts/flamegraph.sh async-gso "/opt/peer -x"
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
"$root/scripts/setup.sh" flamegraph >&2
export TUNLOOP_BENCH_REPORT=${TUNLOOP_BENCH_REPORT:-$root/target/flamegraph}
exec "$root/scripts/bench.sh" --quick --time 5 --cc cubic --flamegraph --flamegraph-dir "$root/flamegraph" "$@"
