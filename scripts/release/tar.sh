#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tunloop-VERSION-linux-ARCH.tar.gz: to unpack anywhere and run, best at /opt/tunloop, where its unit looks.
#
#     bin/tunloop  lib/tunloop/{tunloop.jar,jre}  lib/systemd/system  etc/tunloop  share/{man,doc,bash-completion}
# shellcheck source=scripts/release/stage.sh
source "$(dirname "$(readlink -f "$0")")/stage.sh"

name=tunloop-$RELEASE_VERSION-linux-$(uname -m)
top=$RELEASE_WORK/tar/$name
stage /opt/tunloop "$RELEASE_WORK/tar"
mv "$RELEASE_WORK/tar/opt/tunloop" "$top"
runtime "$top/lib/tunloop/jre"
install -m 644 -t "$top" "$RELEASE_SOURCE/LICENSE" "$RELEASE_SOURCE/README.md"
cat >"$top/share/doc/tunloop/RUNTIME" <<END
Java runtime: $("$top/lib/tunloop/jre/bin/java" --version | head -n 1)
It needs Linux on $(uname -m) with glibc $(glibc_of "$top/lib/tunloop/jre") or newer.
It starts faster once this was run, as whoever may write there:
    lib/tunloop/jre/bin/java -XX:+UseSerialGC -Xshare:dump
END
same_tar "$RELEASE_WORK/tar" "$name" | gzip -9n >"$RELEASE_OUT/$name.tar.gz"
