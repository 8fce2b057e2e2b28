# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Functions for scripts that try something in a fresh root of another Debian release; they source this file and set $root, an
# empty folder.

# Fills $root with a suite and with what this machine reaches its registries with.
make_suite() {
    chmod 755 "$root" # it will be /, for all users
    debootstrap --variant=minbase "$1" "$root" || return 1
    install -D -t "$root/etc" /etc/resolv.conf
    find /usr/local/share/ca-certificates -name '*.crt' -exec \
        install -D -m 644 -t "$root/usr/local/share/ca-certificates" {} +
}

# Runs a command in $root, in folder $2, for at most $1 seconds. All mounts and processes of it are gone when it has ended:
# unshare takes no notice of SIGTERM.
inside() {
    local limit=$1
    shift
    # shellcheck disable=SC2016  # expanded inside
    timeout --foreground --signal=KILL "$limit" unshare --mount --pid --fork --kill-child --propagation private bash -c '
        set -eu
        root=$1
        shift
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount -t sysfs sysfs "$root/sys"
        for folder in dev run tmp; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done
        chmod 1777 "$root/tmp"
        mkdir -p "$root/dev/net" "$root/dev/pts" "$root/dev/shm"
        for device in null zero full random urandom tty net/tun; do cp -a "/dev/$device" "$root/dev/$device"; done
        mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
        ln -s pts/ptmx "$root/dev/ptmx"
        ln -s /proc/self/fd "$root/dev/fd"
        for fd in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${fd%:*}" "$root/dev/${fd#*:}"; done
        # Not chroot: ip makes a mount namespace of its own, in which /proc would show all paths from the old root.
        cd "$root"
        pivot_root . .
        umount -l .
        exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb bash -c "cd \"\$0\" && \"\$@\"" "$@"
    ' bash "$root" "$@" </dev/null
}
