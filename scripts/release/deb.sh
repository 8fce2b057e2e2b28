#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tunloop_VERSION_ARCH.deb, which runs on the distribution's Java: below /usr, with the unit, which is neither enabled nor
# started before its settings were looked at, and a user for persistent devices. The maintainer scripts are in debian/.
# shellcheck source=scripts/release/stage.sh
source "$(dirname "$(readlink -f "$0")")/stage.sh"

templates=$(dirname "$(readlink -f "$0")")/debian
tree=$RELEASE_WORK/deb
doc=$tree/usr/share/doc/tunloop
arch=$(deb_arch)
changed=$(date -R -d "@$SOURCE_DATE_EPOCH")

stage /usr "$tree"
install -m 644 "$templates/copyright" "$doc/copyright"
install -D -m 644 "$templates/lintian-overrides" "$tree/usr/share/lintian/overrides/tunloop"
cat >"$RELEASE_WORK/changelog" <<END
tunloop ($RELEASE_VERSION) stable; urgency=medium

  * What has changed is in /usr/share/doc/tunloop/NEWS.md.gz.

 -- $PACKAGER  $changed
END
gzip -9n <"$RELEASE_WORK/changelog" >"$doc/changelog.gz"
gzip -9n <"$RELEASE_SOURCE/src/site/markdown/changelog.md" >"$doc/NEWS.md.gz"
find "$tree/usr/share/man" -name '*.1' -exec gzip -9n {} +

install -d "$tree/DEBIAN"
for script in postinst prerm postrm; do
    install -m 755 -t "$tree/DEBIAN" "$templates/$script"
done
echo /etc/tunloop/tunloop.toml >"$tree/DEBIAN/conffiles"
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
size=$(($(find "$tree/usr" "$tree/etc" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }') / 1024))
sed -e "s/@VERSION@/$RELEASE_VERSION/; s/@ARCH@/$arch/; s/@SIZE@/$size/; s/@PACKAGER@/$PACKAGER/" \
    "$templates/control" >"$tree/DEBIAN/control"
same_time "$tree"
dpkg-deb --root-owner-group -Zxz --build "$tree" "$RELEASE_OUT/tunloop_${RELEASE_VERSION}_$arch.deb"
