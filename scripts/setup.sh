#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what a purpose needs and this machine lacks, and says what it did. Running it again changes nothing.
#
#     scripts/setup.sh bench          to build and to measure (the default)
#     scripts/setup.sh flamegraph     that, and to draw where the time goes
#     scripts/setup.sh test           that of bench, each of its workloads, and to pass every test
#     scripts/setup.sh release        that of bench, and to make packages and to look at them
#     scripts/setup.sh all            all that
#     scripts/setup.sh missing test   installs nothing, only names what this purpose lacks
#
# Without root, or without the distribution's package manager, it prints the command to run and exits 1. What only one
# feature needs and the distribution does not have is named, and is no failure: that feature says so when it is used.
set -euo pipefail
export LC_ALL=C # what tools say is looked into

# What is needed | by which purpose, "?" where most of that does without | the packages that bring it: of Debian and
# Ubuntu, Fedora and RHEL, Arch, openSUSE; of several the first that is known there, "-" for none. Maven comes with mvnw.
needs() {
    cat <<EOF
jdk             bench       openjdk-17-jdk-headless/openjdk-21-jdk-headless/openjdk-25-jdk-headless/default-jdk-headless java-17-openjdk-devel/java-21-openjdk-devel/java-25-openjdk-devel jdk17-openjdk/jdk21-openjdk/jdk25-openjdk/jdk-openjdk java-17-openjdk-devel/java-21-openjdk-devel/java-25-openjdk-devel
gcc             bench       gcc                     gcc                             gcc             gcc
libc-headers    bench       libc6-dev               glibc-devel                     glibc           glibc-devel
make            bench       make                    make                            make            make
cmake           bench       cmake                   cmake                           cmake           cmake
iperf3          bench       iperf3                  iperf3                          iperf3          iperf
ip              bench       iproute2                iproute                         iproute2        iproute2
ethtool         bench       ethtool                 ethtool                         ethtool         ethtool
flamegraph.pl   flamegraph  libdevel-nytprof-perl   perl-Devel-NYTProf              -               perl-Devel-NYTProf
perf            flamegraph? linux-tools-$(uname -r)/linux-perf/linux-tools-generic perf perf perf
ping            test?       iputils-ping            iputils                         iputils         iputils
sockperf        test?       sockperf                sockperf                        -               sockperf
curl            test?       curl                    curl                            curl            curl
chromium        test?       chromium                chromium                        chromium        chromium
chromedriver    test?       chromium-driver         chromedriver                    chromium        chromedriver
fonts           test?       fontconfig              dejavu-sans-fonts               ttf-dejavu      dejavu-fonts
clang-format    test?       clang-format            clang-tools-extra               clang           clang-tools
tshark          test?       tshark                  wireshark-cli                   wireshark-cli   wireshark
strace          test?       strace                  strace                          strace          strace
promtool        test?       prometheus              golang-github-prometheus        prometheus      golang-github-prometheus-prometheus
asciidoctor     test?       asciidoctor             rubygem-asciidoctor             asciidoctor     -
man             test?       man-db                  man-db                          man-db          man
col             test?       bsdextrautils           util-linux                      util-linux      util-linux
kill            test?       procps                  util-linux                      util-linux      util-linux
systemd-analyze test?       systemd                 systemd                         systemd         systemd
arm64-gcc       test?       gcc-aarch64-linux-gnu   -                               -               -
arm64-headers   test?       libc6-dev-arm64-cross   -                               -               -
qemu-aarch64    test?       qemu-user               qemu-user                       qemu-user       qemu-linux-user
git             release     git                     git                             git             git
objdump         release     binutils                binutils                        binutils        binutils
unzip           release     unzip                   unzip                           unzip           unzip
zip             release     zip                     zip                             zip             zip
jq              release     jq                      jq                              jq              jq
gpg             release     gpg                     gnupg2                          gnupg           gpg2
dpkg-deb        release     dpkg                    dpkg                            dpkg            dpkg
rpmbuild        release     rpm                     rpm-build                       rpm-tools       rpm-build
asciidoctor     release?    asciidoctor             rubygem-asciidoctor             asciidoctor     -
lintian         release?    lintian                 -                               -               -
unzip           test?       unzip                   unzip                           unzip           unzip
zip             test?       zip                     zip                             zip             zip
gpg             test?       gpg                     gnupg2                          gnupg           gpg2
dpkg-deb        test?       dpkg                    dpkg                            dpkg            dpkg
lintian         test?       lintian                 -                               -               -
skopeo          release?    skopeo                  skopeo                          skopeo          skopeo
crun            release?    crun                    crun                            crun            crun
umoci           release?    umoci                   umoci                           umoci           umoci
debootstrap     release?    debootstrap             debootstrap                     debootstrap     debootstrap
EOF
}

fail() {
    echo "setup: $*" >&2
    exit 1
}

is_there() {
    case $1 in
        jdk) is_jdk "${JAVA_HOME:+$JAVA_HOME/bin/}javac" ;;
        libc-headers) compiles gcc ;;
        fonts) [[ -n $(fc-list) ]] ;; # pages in that browser have letters
        arm64-headers) compiles aarch64-linux-gnu-gcc ;;
        arm64-gcc) command -v aarch64-linux-gnu-gcc ;;
        perf) perf --version ;; # Ubuntu's fails where it is not for the kernel that runs
        flamegraph.pl) command -v flamegraph.pl || ls /usr/share/perl5/Devel/NYTProf/flamegraph.pl ;; # Debian's place
        kill) type -P kill ;; # not the shell's own
        *) command -v "$1" ;;
    esac >/dev/null 2>&1
}

is_jdk() {
    local version
    version=$("$1" -version 2>&1) || return 1
    version=${version##*javac }
    ((${version%%[!0-9]*} >= 17))
}

compiles() {
    "$1" -E -include stdio.h -include linux/if_tun.h -x c /dev/null
}

# The package manager of this distribution, or of the one that it is like; nothing if it is unknown.
find_manager() {
    local id
    # shellcheck disable=SC1090  # another file in tests
    for id in $(. "${TUNLOOP_OS_RELEASE:-/etc/os-release}" 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}"); do
        case $id in
            debian | ubuntu) echo apt-get && return ;;
            fedora | rhel | centos) echo dnf && return ;;
            arch) echo pacman && return ;;
            suse | opensuse*) echo zypper && return ;;
        esac
    done
}

# Whether the distribution has a package of this name, as far as can be told.
knows() {
    [[ $1 != - ]] || return 1
    command -v "$manager" >/dev/null || return 0
    case $manager in
        apt-get) [[ $(apt-cache policy "$1") == *"Candidate: "[!\(]* ]] ;;
        dnf) [[ -n $(dnf -q repoquery "$1") ]] ;;
        pacman) pacman -Si "$1" >/dev/null ;;
        zypper) zypper --non-interactive -q search --match-exact "$1" >/dev/null ;;
    esac 2>/dev/null
}

# The first of the packages that is known, or else the very first.
choose() {
    local names name
    IFS=/ read -ra names <<<"$1"
    for name in "${names[@]}"; do
        if knows "$name"; then
            echo "$name"
            return
        fi
    done
    echo "${names[0]}"
}

# Sets missing, which is required and optional, to what the purposes lack, and packages to what brings that.
look() {
    local what purpose apt dnf pacman zypper package
    required=() optional=() packages=()
    while read -r what purpose apt dnf pacman zypper; do
        if [[ " $purposes " != *" ${purpose%\?} "* || " ${required[*]} ${optional[*]} " == *" $what "* ]] ||
            is_there "$what"; then
            continue
        fi
        case $manager in
            dnf) package=$(choose "$dnf") ;;
            pacman) package=$(choose "$pacman") ;;
            zypper) package=$(choose "$zypper") ;;
            *) package=$(choose "$apt") ;;
        esac
        if [[ $purpose == *\? ]]; then
            optional+=("$what")
            ! knows "$package" || packages+=("$package") # a package that is not known would fail all the others
        else
            required+=("$what")
            [[ $package == - ]] || packages+=("$package")
        fi
    done < <(needs)
    missing=("${required[@]}" "${optional[@]}")
}

install_packages() {
    local command
    case $manager in
        apt-get) command=(apt-get install -y --no-install-recommends) ;;
        dnf) command=(dnf install -y) ;;
        pacman) command=(pacman -S --needed --noconfirm) ;;
        zypper) command=(zypper --non-interactive install --no-recommends) ;;
        *) fail "this distribution is not known; install what these packages of Debian hold: ${packages[*]}" ;;
    esac
    if ((EUID != 0)) && command -v sudo >/dev/null; then
        command=(sudo "${command[@]}")
    fi
    command+=("${packages[@]}")
    if ((EUID != 0)) || ! command -v "$manager" >/dev/null; then
        echo "setup: missing: ${missing[*]}; install with: ${command[*]}" >&2
        ((${#required[@]} == 0)) || exit 1
        return
    fi
    echo "setup: installing for '$wanted': ${packages[*]}"
    if ! DEBIAN_FRONTEND=noninteractive "${command[@]}" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        fail "this failed: ${command[*]}"
    fi
    echo "setup: installed in $SECONDS s"
}

load_tun() {
    if [[ -c /dev/net/tun ]]; then
        return
    fi
    if ((EUID != 0)) || ! modprobe tun 2>/dev/null || [[ ! -c /dev/net/tun ]]; then
        fail "there is no /dev/net/tun: load the kernel module tun, or pass the device into this container"
    fi
    echo "setup: loaded the kernel module tun"
}

wanted=${1:-bench}
if [[ $wanted == missing ]]; then
    wanted=${2:-bench}
fi
case $wanted in
    bench) purposes="bench" ;;
    flamegraph | test | release) purposes="bench $wanted" ;;
    all) purposes="bench flamegraph test release" ;;
    *)
        echo "setup: no purpose '$wanted'; usage: $0 [missing] bench|flamegraph|test|release|all" >&2
        exit 2
        ;;
esac
if [[ $(ldd --version 2>&1) == *musl* ]]; then
    fail "tunloop needs glibc 2.31 or newer; this distribution has musl"
fi

manager=$(find_manager)
look
if [[ ${1:-} == missing ]]; then
    echo "${missing[*]}"
    exit
fi
if ((${#packages[@]} > 0)); then
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ((EUID == 0)) && [[ $manager == apt-get ]] && command -v apt-get >/dev/null; then
        apt-get update >"$log" 2>&1 || echo "setup: apt-get update failed, so the lists may be old: $(tail -n 1 "$log")" >&2
        look # now it is known which packages there are
    fi
    install_packages
    look
fi
if ((${#required[@]} > 0)); then
    fail "still missing: ${required[*]}${JAVA_HOME:+ (JAVA_HOME is $JAVA_HOME)}"
elif ((${#optional[@]} > 0)); then
    echo "setup: not to be had here, so what needs it will say so: ${optional[*]}"
else
    echo "setup: all that '$wanted' needs is there"
fi
load_tun
