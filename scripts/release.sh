#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes what a release consists of, in target/release: all of it, or nothing. Two runs of the same commit with the same JDK, C
# compiler and packaging tools give the same bytes.
#
#     commit ─ clone ─ Maven ─► jars ─ install.sh ─► tar    with a Java runtime of its own (jlink): for machines without Java
#                                                    deb    Debian and Ubuntu
#                                                    rpm    Fedora, RHEL, openSUSE
#                                                    oci    image archive without a distribution inside
#                                                    sbom   CycloneDX: what is in it
#                                                    maven  bundle for Maven Central, signed
#                                                    SHA256SUMS
#
#     scripts/release.sh --key ID            all of that; ID is a key that gpg has
#     scripts/release.sh --test-key          the same, signed with a key that is thrown away: never to be published
#     scripts/release.sh tar deb             some of it; no key is needed without maven
#     scripts/release.sh --built tar         packs what target has, in place of a clone that is built first
#     scripts/release.sh --output DIR ...    elsewhere
#     scripts/release.sh --check-bundle FILE only looks whether Maven Central would take a bundle
#
# The tools are those of scripts/setup.sh release.
set -euo pipefail
export LC_ALL=C TZ=UTC # the same words and dates everywhere
umask 022

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
readonly ALL=(tar deb rpm oci sbom maven)

usage() {
    echo "release: $*; usage: $0 [--key ID | --test-key] [--built] [--output DIR] [${ALL[*]}]" >&2
    exit 2
}

fail() {
    echo "release: $*" >&2
    exit 1
}

key="" built="" output=$root/target/release
while (($# > 0)) && [[ $1 == -* ]]; do
    case $1 in
        --key | --output | --check-bundle) [[ -n ${2:-} ]] || usage "$1 needs a value" ;;&
        --key) key=$2 && shift ;;
        --output) output=$(readlink -m "$2") && shift ;;
        --check-bundle) exec "$root/scripts/release/check-bundle.sh" "$2" ;;
        --test-key) key=test ;;
        --built) built=1 ;;
        *) usage "no option '$1'" ;;
    esac
    shift
done
parts=("$@")
((${#parts[@]} > 0)) || parts=("${ALL[@]}")
for part in "${parts[@]}"; do
    [[ " ${ALL[*]} " == *" $part "* ]] || usage "no part '$part'"
done

has() {
    [[ " ${parts[*]} " == *" $1 "* ]]
}

# What is missing is said before anything is made.
require() {
    local part=$1 tool
    shift
    for tool in "$@"; do
        command -v "$tool" >/dev/null || fail "$part needs $tool: run scripts/setup.sh release"
    done
}

java_home=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
[[ -x $java_home/bin/javac ]] || fail "no JDK: install one of version 17 or newer, or set JAVA_HOME"
export JAVA_HOME=$java_home
[[ -n $built ]] || require "a clone" git
require "a release" sha256sum
! has tar || require tar tar gzip objdump asciidoctor "$JAVA_HOME/bin/jlink"
! has deb || require deb dpkg-deb gzip unzip asciidoctor
! has rpm || require rpm rpmbuild gzip unzip asciidoctor
! has oci || require oci tar gzip ldd jq unzip "$JAVA_HOME/bin/jlink"
! has maven || require maven gpg zip unzip
! has maven || [[ -n $key ]] || fail "maven is to be signed: say --key ID, or --test-key to try it"
[[ $key == "" || $key == test ]] || gpg --list-secret-keys "$key" >/dev/null 2>&1 || fail "gpg has no secret key '$key'"
if [[ -e $output && ! -f $output/SHA256SUMS ]] && ! rmdir "$output" 2>/dev/null; then
    fail "$output is no release, since it has no SHA256SUMS: remove it, or name another --output"
fi

# From here on there is no release until there is a whole one.
mkdir -p "$(dirname "$output")" || fail "cannot write to $(dirname "$output")"
rm -rf "$output"
work=$(mktemp -d "$output.XXXXXX") || fail "cannot write to $(dirname "$output")"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
export TMPDIR=$work/tmp
mkdir "$work/tmp" "$work/out"

# Runs one step without a word, or says in one line why it failed: of a full disk and a build, tools say more after that.
step() {
    local what=$1 log line began=$SECONDS
    shift
    log=$("$@" 2>&1) || {
        line=$(grep -m 1 'No space left' <<<"$log" || grep -m 1 '^\[ERROR\]' <<<"$log" || tail -n 1 <<<"$log")
        fail "$what: ${line:-${1##*/} failed}"
    }
    echo "release: $what ($((SECONDS - began)) s)"
}

# A clone has neither what was changed and not committed, nor classes of sources that are gone.
if [[ -n $built ]]; then
    source=$root
    "$root/scripts/build.sh" --check || fail "target is not built, or older than its sources: run scripts/build.sh"
else
    changed=$(git -C "$root" status --porcelain | head -n 1)
    [[ -z $changed ]] || fail "a release is of a commit, and this is in none: ${changed:3}"
    source=$work/source
    step "clone" git clone -q "$root" "$source"
    goals=(-Dmaven.javadoc.skip=true)
    ! has maven || goals=()
    step "build" "$source/scripts/maven.sh" -q -B -f "$source/pom.xml" -Dmaven.test.skip=true "${goals[@]}" package
fi

project() {
    sed -n "s|^ *<$1>\(.*\)</$1>\$|\1|p" "$source/pom.xml" | head -n 1
}

version=$(project version)
SOURCE_DATE_EPOCH=$(date -d "$(project project.build.outputTimestamp)" +%s)
case $(uname -m) in
    x86_64) export DEB_ARCH=amd64 OCI_ARCH=amd64 ;;
    aarch64) export DEB_ARCH=arm64 OCI_ARCH=arm64 ;;
    *) fail "no release for $(uname -m)" ;;
esac
# What the scripts of the parts read.
export SOURCE_DATE_EPOCH RELEASE_VERSION=$version RELEASE_SOURCE=$source RELEASE_WORK=$work RELEASE_OUT=$work/out RELEASE_KEY=$key

for part in "${parts[@]}"; do
    step "$part" "$root/scripts/release/$part.sh"
done
step "checksums" bash -c 'cd "$RELEASE_OUT" && sha256sum -- * >"$RELEASE_WORK/sums" && mv "$RELEASE_WORK/sums" SHA256SUMS'
mv "$work/out" "$output"
(cd "$output" && du -h --apparent-size -- * | sed 's/^/release: /')
echo "release: tunloop $version is in $output"
