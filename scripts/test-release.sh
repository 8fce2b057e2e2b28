#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes a release of what is committed here twice, compares the bytes, and tries it where users would: the packages in fresh
# roots of other Debian releases, the image under crun. Needs root, the tools of scripts/setup.sh release and half an hour;
# what came of it is in target/release-trial.
#
#     release.sh ─► once, twice ─► same bytes?
#               └─► chroot of SUITE:  unpack, run without Java
#                                     apt-get install ─► forward ─► upgrade ─► purge ─► as before?
#
#     scripts/test-release.sh                     Debian 11 and 13
#     scripts/test-release.sh --of DIR trixie     tries a release that is there, in Debian 13
set -euo pipefail

repository=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
results=$repository/target/release-trial
# shellcheck source=scripts/fresh-root.sh
source "$repository/scripts/fresh-root.sh"

readonly LIMIT_S=600

release=
case ${1:-} in
    --of) release=$(readlink -f "${2:-}") && shift 2 ;;
    -*) echo "usage: $0 [--of DIR] [SUITE ...]" >&2 && exit 2 ;;
esac
suites=("$@")
((${#suites[@]} > 0)) || suites=(bullseye trixie)
((EUID == 0)) || { echo "test-release: needs root" >&2; exit 1; }
for tool in debootstrap unshare skopeo umoci crun jq curl; do
    command -v "$tool" >/dev/null || { echo "test-release: $tool is not installed: run scripts/setup.sh release" >&2; exit 1; }
done

fail() {
    echo "test-release: $*" >&2
    exit 1
}

# Runs a step and says how it went; its output is in the log.
check() {
    local what=$1 began=$SECONDS
    shift
    echo "== $what: $*" >>"$results/log"
    "$@" >>"$results/log" 2>&1 || { tail -n 8 "$results/log" >&2 && fail "$what: failed"; }
    echo "test-release: $what: ok ($((SECONDS - began)) s)"
}

installed() {
    (cd "$root" && find etc usr var/lib/systemd 2>/dev/null | grep tunloop) || true
}

# It says that it forwards, has both devices, and ends as it should when told to.
forwards() {
    # shellcheck disable=SC2016  # expanded inside
    inside 60 / unshare --net bash -c '
        set -euo pipefail
        ip link set lo up
        coproc FORWARDER { exec "$0" forward --config "$1" 2>&1; }
        pid=$FORWARDER_PID line=
        until [[ $line == *"tunloop: ready"* ]]; do
            read -r line <&"${FORWARDER[0]}"
            echo "$line"
        done
        [[ $(ip -br addr) == *tun11*10.0.1.1/24*tun22*10.0.2.1/24* ]]
        kill "$pid"
        wait "$pid"' "$@"
}

# A version that is newer, and is the same otherwise.
newer() {
    rm -rf --one-file-system "$root/root/newer"
    dpkg-deb -R "$deb" "$root/root/newer"
    sed -i 's/^Version: .*/&+1/' "$root/root/newer/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$root/root/newer" "$root/root/newer.deb"
    rm -r "$root/root/newer"
}

install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends)

try_suite() {
    suite=$1
    check "$suite: debootstrap" make_suite "$suite"
    check "$suite: apt-get install iproute2" inside "$LIMIT_S" / "${install[@]}" iproute2
    # What it was built with may be too new for the C library there: then it says so, and the package is the way.
    mkdir "$root/opt/tunloop"
    tar -xf "$release"/*.tar.gz --strip-components=1 -C "$root/opt/tunloop"
    local needs has
    needs=$(sed -n 's/.*glibc \([0-9.]*\) .*/\1/p' "$root/opt/tunloop/share/doc/tunloop/RUNTIME")
    has=$(inside 60 / ldd --version | sed -n '1s/.* //p')
    if [[ $(printf '%s\n' "$needs" "$has" | sort -V | head -n 1) == "$needs" ]]; then
        check "$suite: tar.gz forwards without Java" forwards /opt/tunloop/bin/tunloop /opt/tunloop/etc/tunloop/tunloop.toml
    else
        echo "test-release: $suite: tar.gz needs glibc $needs, and here is $has"
    fi
    rm -r "$root/opt/tunloop"

    cp "$deb" "$root/root/tunloop.deb"
    check "$suite: apt-get install" inside "$LIMIT_S" / "${install[@]}" /root/tunloop.deb
    check "$suite: user" inside 60 / getent passwd tunloop
    check "$suite: forwards" forwards /usr/bin/tunloop /etc/tunloop/tunloop.toml
    echo '# my own' >>"$root/etc/tunloop/tunloop.toml"
    check "$suite: a newer package" newer
    check "$suite: upgrade" inside "$LIMIT_S" / "${install[@]}" /root/newer.deb
    check "$suite: settings were kept" grep -q '^# my own' "$root/etc/tunloop/tunloop.toml"
    check "$suite: forwards after the upgrade" forwards /usr/bin/tunloop /etc/tunloop/tunloop.toml
    check "$suite: purge" inside "$LIMIT_S" / env DEBIAN_FRONTEND=noninteractive apt-get purge -y tunloop
    [[ -z $(installed) ]] || fail "$suite: purge leaves $(installed | tr '\n' ' ')"
    ! inside 60 / getent passwd tunloop || fail "$suite: purge leaves the user"
}

# The image as a container of its own: no shell in it, so the metrics are asked from outside, in its network namespace.
try_image() {
    local bundle=$root/image
    mkdir "$root/layout"
    skopeo copy -q "oci-archive:$(echo "$release"/*.oci.tar)" "oci:$root/layout:tunloop"
    umoci unpack --image "$root/layout:tunloop" "$bundle"
    jq '.process.terminal = false | .root.readonly = false
        | .process.capabilities |= with_entries(.value = ["CAP_NET_ADMIN"])
        | .linux.resources.devices = [{allow: true, type: "c", major: 10, minor: 200, access: "rw"}]
        | .linux.devices = [{path: "/dev/net/tun", type: "c", major: 10, minor: 200, fileMode: 438, uid: 0, gid: 0}]' \
        "$bundle/config.json" >"$bundle/new.json"
    mv "$bundle/new.json" "$bundle/config.json"
    # crun refuses what some machines have, version 1 and 2 of control groups side by side; it is shown version 2 alone.
    coproc CONTAINER {
        exec unshare --mount bash -c '
            mount -t cgroup2 cgroup2 /sys/fs/cgroup
            exec crun --cgroup-manager=disabled run --bundle "$0" "$1"' "$bundle" "tunloop-trial-$$" 2>&1
    }
    local pid=$CONTAINER_PID line
    while IFS= read -r line <&"${CONTAINER[0]}"; do
        echo "$line"
        [[ $line != *"tunloop: ready"* ]] || break
    done
    [[ $line == *"tunloop: ready"* ]]
    crun kill "tunloop-trial-$$" TERM
    wait "$pid"
}

mkdir -p "$results"
: >"$results/log"
root=$(mktemp -d "$results/root.XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
if [[ -z $release ]]; then
    release=$results/1
    check "release" "$repository/scripts/release.sh" --test-key --output "$release"
    check "the same again" "$repository/scripts/release.sh" --test-key --output "$results/2"
    # Each run has a test key of its own; what is signed is the same.
    diff <(grep -v TEST-KEY "$release/SHA256SUMS") <(grep -v TEST-KEY "$results/2/SHA256SUMS") || fail "the bytes differ"
    echo "test-release: the same bytes"
fi
deb=$(echo "$release"/*.deb)
check "lintian" lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$deb"
check "rpm: checksums" rpm -K --nosignature "$release"/*.rpm
check "rpm: installs" rpm --root "$root/rpm" --nodeps --noscripts -i "$release"/*.rpm
check "rpm: its files are as they were" rpm --root "$root/rpm" --nodeps -V tunloop
check "image: crun" try_image
for suite in "${suites[@]}"; do
    rm -rf --one-file-system "${root:?}"/*
    try_suite "$suite"
done
echo "test-release: all passed"
