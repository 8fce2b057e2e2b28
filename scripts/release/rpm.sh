#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tunloop-VERSION-1.ARCH.rpm, the same as the .deb for Fedora, RHEL and openSUSE; rpmbuild is Debian's.
# shellcheck source=scripts/release/stage.sh
source "$(dirname "$(readlink -f "$0")")/stage.sh"

tree=$RELEASE_WORK/rpm-tree
arch=$(rpm_arch)
stage /usr "$tree"
install -D -m 644 -t "$tree/usr/share/licenses/tunloop" "$RELEASE_SOURCE/LICENSE"
install -d "$tree/usr/lib/sysusers.d"
echo 'u tunloop - "tunloop" - -' >"$tree/usr/lib/sysusers.d/tunloop.conf"
find "$tree/usr/share/man" -name '*.1' -exec gzip -9n {} +
same_time "$tree"

# What this machine is called, when it built, and where, is not in it.
rpmbuild -bb --quiet --target "$arch-linux" --buildroot "$RELEASE_WORK/rpm-root" \
    --define "_topdir $RELEASE_WORK/rpm" --define "_rpmdir $RELEASE_WORK/rpm" --define "_tmppath $TMPDIR" \
    --define "_dbpath $RELEASE_WORK/rpm-db" --define "_buildhost tunloop" --define "_build_id_links none" \
    --define "use_source_date_epoch_as_buildtime 1" --define "clamp_mtime_to_source_date_epoch 1" \
    --define "__os_install_post %{nil}" --define "_binary_payload w6.xzdio" \
    --define "release_version $RELEASE_VERSION" --define "release_tree $tree" --define "release_packager $PACKAGER" \
    "$(dirname "$(readlink -f "$0")")/tunloop.spec"
mv "$RELEASE_WORK/rpm/$arch/tunloop-$RELEASE_VERSION-1.$arch.rpm" "$RELEASE_OUT"
