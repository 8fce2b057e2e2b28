#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what the build, the tests and the bench need and this machine lacks, and says what it did.
# Running it again changes nothing. Without root or without apt it prints what to install and exits 1.
set -euo pipefail

# What has to be found | the Debian package that brings it. An entry with a slash is a file, any other a command.
NEEDS=(
    "javac                                       default-jdk-headless"
    "mvn                                         maven"
    "gcc                                         gcc"
    "make                                        make"
    "cmake                                       cmake"
    "clang-format                                clang-format"
    "ip                                          iproute2"
    "iperf3                                      iperf3"
    "ethtool                                     ethtool"
    "ping                                        iputils-ping"
    "tshark                                      tshark"
    "sockperf                                    sockperf"
    "curl                                        curl"
    "setpriv                                     util-linux"
    "aarch64-linux-gnu-gcc                       gcc-aarch64-linux-gnu"
    "/usr/aarch64-linux-gnu/include/stdio.h      libc6-dev-arm64-cross"
    "qemu-aarch64                                qemu-user"
    "perf                                        linux-perf"
    "strace                                      strace"
    "promtool                                    prometheus"
    "asciidoctor                                 asciidoctor"
    "man                                         man-db"
    "col                                         bsdextrautils"
    "/usr/bin/kill                               procps"
    "systemd-analyze                             systemd"
    "/usr/share/perl5/Devel/NYTProf/flamegraph.pl libdevel-nytprof-perl"
)

is_there() {
    case $1 in
        */*) [[ -e $1 ]] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

missing_packages() {
    local need what package
    for need in "${NEEDS[@]}"; do
        read -r what package <<<"$need"
        is_there "$what" || echo "$package"
    done | sort -u
}

mapfile -t missing < <(missing_packages)
if ((${#missing[@]} == 0)); then
    echo "setup: nothing to install, all ${#NEEDS[@]} tools are there"
elif ! command -v apt-get >/dev/null; then
    echo "setup: no apt-get here; install what holds these Debian packages: ${missing[*]}" >&2
    exit 1
elif ((EUID != 0)); then
    echo "setup: not root; install with: sudo apt-get install ${missing[*]}" >&2
    exit 1
else
    echo "setup: installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    mapfile -t missing < <(missing_packages)
    if ((${#missing[@]} > 0)); then
        echo "setup: still missing after the installation: ${missing[*]}" >&2
        exit 1
    fi
    echo "setup: installed"
fi

if [[ ! -c /dev/net/tun ]]; then
    if ((EUID == 0)) && modprobe tun 2>/dev/null && [[ -c /dev/net/tun ]]; then
        echo "setup: loaded the kernel module tun"
    else
        echo "setup: there is no /dev/net/tun: load the kernel module tun, or pass the device into this container" >&2
        exit 1
    fi
fi
