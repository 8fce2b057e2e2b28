#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tunloop-VERSION-maven-bundle.zip: what Maven Central takes by upload: POM, jar, sources, Javadoc, each with its signature and
# checksums. One that is signed with a test key says so in its name.
# shellcheck source=scripts/release/stage.sh
source "$(dirname "$(readlink -f "$0")")/stage.sh"

folder=io/tunloop/tunloop/$RELEASE_VERSION
tree=$RELEASE_WORK/maven
name=tunloop-$RELEASE_VERSION
suffix=
sign=(gpg --batch --yes --quiet --armor --detach-sign --faked-system-time "$SOURCE_DATE_EPOCH!")
if [[ $RELEASE_KEY == test ]]; then
    suffix=-TEST-KEY
    export GNUPGHOME=$RELEASE_WORK/gnupg
    install -d -m 700 "$GNUPGHOME"
    trap 'gpgconf --kill gpg-agent' EXIT
    gpg --batch --quiet --faked-system-time "$SOURCE_DATE_EPOCH!" --passphrase '' --quick-generate-key \
        'tunloop test, not to be trusted' ed25519 sign never
else
    sign+=(--local-user "$RELEASE_KEY")
fi

install -d "$tree/$folder"
install -m 644 "$RELEASE_SOURCE/pom.xml" "$tree/$folder/$name.pom"
for jar in "$name.jar" "$name-sources.jar" "$name-javadoc.jar"; do
    install -m 644 -t "$tree/$folder" "$RELEASE_SOURCE/target/$jar"
done
cd "$tree/$folder"
for file in *; do
    "${sign[@]}" --output "$file.asc" "$file"
    for sum in md5 sha1 sha256 sha512; do
        "${sum}sum" "$file" | cut -d ' ' -f 1 >"$file.$sum"
    done
done
same_time "$tree"
cd "$tree"
find io -type f | sort | zip -q -X -9 -@ "$TMPDIR/bundle.zip"
"$(dirname "$(readlink -f "$0")")/check-bundle.sh" "$TMPDIR/bundle.zip"
mv "$TMPDIR/bundle.zip" "$RELEASE_OUT/$name-maven-bundle$suffix.zip"
