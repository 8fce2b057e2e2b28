#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whether Maven Central would take a bundle, by its published requirements: each file with a signature that holds and with
# checksums that are right, sources and Javadoc beside the jar, and a POM that says what, whose and whence. The first thing
# that is wrong is said in one line.
set -euo pipefail

bundle=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "release: Maven Central refuses ${bundle##*/}: $*" >&2
    exit 1
}

unzip -q "$bundle" -d "$work" 2>/dev/null || fail "it is no zip archive"
pom=$(find "$work" -name '*.pom')
[[ -f $pom ]] || fail "there must be one POM: ${pom:-none}"
stem=${pom%.pom}
for file in "$stem".jar "$stem"-sources.jar "$stem"-javadoc.jar; do
    [[ -f $file ]] || fail "${file##*/} is missing"
done

mapfile -t files < <(find "$work" -type f ! -name '*.asc' ! -name '*.md5' ! -name '*.sha[1-9]*' | sort)
for file in "${files[@]}"; do
    [[ -f $file.asc ]] || fail "${file##*/} is not signed"
    for sum in md5 sha1; do
        [[ -f $file.$sum ]] || fail "${file##*/} has no .$sum"
        [[ $("${sum}sum" <"$file") == "$(<"$file.$sum")  -" ]] || fail "the .$sum of ${file##*/} is of another file"
    done
done

version=$(basename "$(dirname "$pom")")
[[ $version != *-SNAPSHOT ]] || fail "$version is a snapshot"
for element in groupId artifactId name description url licenses developers scm; do
    grep -q "^  <$element>" "$pom" || fail "its POM has no <$element>"
done
[[ $(sed -n 's|^  <version>\(.*\)</version>$|\1|p' "$pom") == "$version" ]] || fail "its POM is of another version"
[[ ${pom#"$work/"} == "$(sed -n 's|^  <groupId>\(.*\)</groupId>$|\1|p' "$pom" | tr . /)/$(
    sed -n 's|^  <artifactId>\(.*\)</artifactId>$|\1|p' "$pom")/$version/"* ]] || fail "it is not laid out as its POM says"
for file in "${files[@]}"; do
    gpg --batch --verify "$file.asc" "$file" 2>/dev/null ||
        fail "the signature of ${file##*/} does not hold, or gpg does not know its key"
done
