#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Does what README.md tells, with what is committed here, in fresh roots of other Debian releases, and shows side by side
# what came of it. Needs root, debootstrap, git and an hour; results are in target/distro.
#
#     machine ─ chroot of SUITE, with /dev, /run, mounts and processes of its own
#                 debootstrap, git clone, scripts/bench.sh, scripts/test.sh
#
#     scripts/test-distro.sh                      Debian 11, 12 and 13
#     scripts/test-distro.sh --bench trixie       only the bench, of Debian 13
#     scripts/test-distro.sh --tools trixie       only the bench, where the JDK and the build tools are already
set -euo pipefail

repository=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
results=$repository/target/distro
# shellcheck source=scripts/fresh-root.sh
source "$repository/scripts/fresh-root.sh"

readonly TEST_LIMIT_S=5400 BENCH_LIMIT_S=1200

with_tests=1 with_tools=
case ${1:-} in
    --bench) with_tests= && shift ;;
    --tools) with_tests= && with_tools=1 && shift ;;
    -*) echo "usage: $0 [--bench | --tools] [SUITE ...]" >&2 && exit 2 ;;
esac
suites=("$@")
((${#suites[@]} > 0)) || suites=(bullseye bookworm trixie)
((EUID == 0)) || { echo "test-distro: needs root" >&2; exit 1; }
for tool in debootstrap git unshare; do
    command -v "$tool" >/dev/null || { echo "test-distro: $tool is not installed: apt-get install $tool" >&2; exit 1; }
done

# A line of the table: what, and the value for the suite at hand.
fact() {
    printf '%s\t%s\n' "$1" "$2" >>"$results/$suite.facts"
}

# Fills $root with the suite, and a clone.
make_root() {
    logged make_suite "$suite"
    [[ ! -f ~/.m2/settings.xml ]] || install -D -t "$root/root/.m2" ~/.m2/settings.xml
    git clone -q "$repository" "$root/srv/tunloop" # where users without rights may read it, as tests want
    [[ -z $with_tools ]] || logged install_tools
    rm -f "$root"/var/cache/apt/archives/*.deb # what comes from here on is counted
}

logged() {
    "$@" >>"$results/$suite-root.log" 2>&1 || { tail -n 5 "$results/$suite-root.log" >&2 && exit 1; }
}

install_tools() {
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)
    in_clone "$BENCH_LIMIT_S" "${install[@]}" gcc libc6-dev make cmake maven || return 1
    in_clone "$BENCH_LIMIT_S" "${install[@]}" openjdk-17-jdk-headless ||
        in_clone "$BENCH_LIMIT_S" "${install[@]}" default-jdk-headless
}

# In the clone.
in_clone() {
    local limit=$1
    shift
    inside "$limit" /srv/tunloop "$@"
}

megabytes() {
    du -sm --apparent-size "$@" 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

# From the clone to the first row that was measured, and what each row gave.
bench() {
    local began=$SECONDS first="" line
    while IFS= read -r line; do
        printf '%4d s  %s\n' "$((SECONDS - began))" "$line"
        [[ -n $first || $line != *"iperf3 summary:"* ]] || first=$((SECONDS - began))
    done < <(in_clone "$BENCH_LIMIT_S" scripts/bench.sh --quick --cc cubic --modes async-normal,async-gso,sync-gso 2>&1 ||
        echo "test-distro: scripts/bench.sh failed: $?") >"$results/$suite-bench.log"
    fact "first row after, s" "${first:-never}"
    fact "packages, MB" "$(megabytes "$root/var/cache/apt/archives")"
    fact "from Maven Central, MB" "$(megabytes "$root/root/.m2")"
    if grep -q "^ *[0-9]* s  test-distro: " "$results/$suite-bench.log"; then
        failed=1
        tail -n 20 "$results/$suite-bench.log"
    fi
    [[ -n $first ]] || return 0
    tr -d '\r' <"$root/srv/tunloop/target/bench/bench.csv" | while IFS=, read -r row kind _ _ _ gbps _; do
        [[ $row == row && $kind == kind ]] || fact "$row, Gbit/s" "$gbps"
    done
}

# One line a tool, so that a difference can be traced.
versions() {
    local tool
    for tool in "ldd --version" "gcc --version" "cmake --version" "javac -version" "scripts/maven.sh -B --version" \
        "iperf3 --version" "ip -V"; do
        # shellcheck disable=SC2086  # a list of words
        fact "${tool%% *}" "$(in_clone 60 $tool 2>&1 | grep -o -m 1 '[0-9][0-9]*[.0-9]*[0-9]' | head -n 1)"
    done
}

run_tests() {
    local began=$SECONDS outcome=passed
    in_clone "$TEST_LIMIT_S" scripts/test.sh >"$results/$suite-test.log" 2>&1 || outcome=FAILED
    fact "scripts/test.sh" "$outcome in $((SECONDS - began)) s"
    [[ $outcome == passed ]] || { failed=1 && tail -n 20 "$results/$suite-test.log"; }
}

table() {
    (cd "$results" && awk -F '\t' '
        FNR == 1 { suite[++suites] = FILENAME; sub(/\.facts$/, "", suite[suites]) }
        !($1 in seen) { seen[$1] = 1; name[++names] = $1 }
        { value[$1, suites] = $2 }
        END {
            printf "| "
            for (s = 1; s <= suites; s++) printf "| %s ", suite[s]
            printf "|\n| --- "
            for (s = 1; s <= suites; s++) printf "| --: "
            print "|"
            for (n = 1; n <= names; n++) {
                printf "| %s ", name[n]
                for (s = 1; s <= suites; s++) printf "| %s ", value[name[n], s]
                print "|"
            }
        }' "${suites[@]/%/.facts}")
}

mkdir -p "$results"
root=$(mktemp -d /var/tmp/tunloop-distro.XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT
failed=
for suite in "${suites[@]}"; do
    rm -rf --one-file-system "${results:?}/$suite"[.-]* "${root:?}"/*
    echo "test-distro: $suite: debootstrap, clone"
    make_root
    echo "test-distro: $suite: scripts/bench.sh"
    bench
    versions
    if [[ -n $with_tests ]]; then
        echo "test-distro: $suite: scripts/test.sh"
        run_tests
    fi
done
table | tee "$results/summary.md"
[[ -z $failed ]]
