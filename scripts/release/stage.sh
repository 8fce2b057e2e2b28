# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Functions of the parts of scripts/release.sh, which sets what they read; each part sources them.
set -euo pipefail

# Jars tell jdeps less than all: what logback and Netty ask for by name is here too.
readonly RUNTIME_MODULES=java.base,java.logging,java.management,java.naming,java.sql,java.xml,jdk.jfr,jdk.management,jdk.unsupported

# Installs below $2, which becomes PREFIX $1 of a machine; each file has the time of the release.
stage() {
    DESTDIR=$2 "$RELEASE_SOURCE/scripts/install.sh" "$1"
    [[ -f $2$1/share/man/man1/tunloop.1 ]] || { echo "there is no manual" >&2; return 1; }
    install -D -m 644 "$RELEASE_SOURCE/src/site/markdown/daemon.md" "$2$1/share/doc/tunloop/daemon.md"
}

# A Java runtime of what tunloop needs at $1. It has no archive of its own classes, with which it would start faster: no two
# that a JVM makes are the same.
runtime() {
    local modules=$JAVA_HOME/jmods
    [[ ! -d $modules ]] || set -- "$1" --module-path "$modules"
    "$JAVA_HOME/bin/jlink" --output "$@" --add-modules "$RUNTIME_MODULES" --strip-java-debug-attributes \
        --no-header-files --no-man-pages --compress 2 --vm server
    chmod -R u+w "$1" # legal notices are not writable, and links to each other
}

# The newest glibc that a program or library below $1 asks for.
glibc_of() {
    find "$1" -type f \( -name '*.so*' -o -perm -u+x \) -exec objdump -T {} + 2>/dev/null |
        sed -n 's/.*GLIBC_\([0-9][0-9.]*\).*/\1/p' | sort -uV | tail -n 1
}

# Everything below $1 with the time of the release.
same_time() {
    find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# A tar of $2 of the folder $1 to the standard output: the same bytes whenever and by whomever.
same_tar() {
    tar -C "$1" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$2"
}

# Who is named in packages: the developers of pom.xml.
PACKAGER=$(sed -n '/<developers>/,/<\/developers>/ { s|^ *<name>\(.*\)</name>|\1|p; s|^ *<email>\(.*\)</email>|<\1>|p }' \
    "$RELEASE_SOURCE/pom.xml" | paste -s -d ' ')

# The jar has native code inside: of both architectures where there was a cross compiler, else of this one.
jar_is_for_all() {
    (($(unzip -Z1 "$RELEASE_SOURCE/target/tunloop.jar" 'META-INF/native/libtunloop_*.so' | wc -l) == 2))
}

deb_arch() {
    ! jar_is_for_all || { echo all && return; }
    echo "$DEB_ARCH"
}

rpm_arch() {
    ! jar_is_for_all || { echo noarch && return; }
    uname -m
}
