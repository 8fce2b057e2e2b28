#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tunloop-VERSION-linux-ARCH.oci.tar: an OCI image archive of one layer, without a distribution, a shell or a package manager
# inside: the Java runtime, the jar, the C libraries that the runtime is linked with. For podman load, skopeo copy, crun.
#
#     index.json ─► manifest ─► configuration (the command, as the launcher would start it)
#                           └─► layer (tar.gz)
#
# Written by hand, since Maven's plugins for images fetch a base image, and there is none here.
# shellcheck source=scripts/release/stage.sh
source "$(dirname "$(readlink -f "$0")")/stage.sh"

tree=$RELEASE_WORK/oci-root
layout=$RELEASE_WORK/oci-layout
lib=/usr/lib/tunloop

# Copies what the programs and libraries below some folders are linked with, and the loader, to where they are here.
c_libraries() {
    local file
    { find "$@" -type f \( -name '*.so' -o -perm -u+x \) -exec ldd {} + 2>/dev/null || true; } | # not of this processor
        sed -n 's|.*[[:space:]]\(/[^ ]*\) (0x.*|\1|p' | sort -u | while IFS= read -r file; do
        [[ $file == "$tree"/* ]] || install -D -m 755 "$(readlink -f "$file")" "$tree$file"
    done
}

# The command that scripts/tunloop would become with this runtime, one word a line: it is told so by a stand-in for java.
launched() {
    install -d "$RELEASE_WORK/java/bin"
    install -m 644 -t "$RELEASE_WORK/java" "$tree$lib/jre/release"
    printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >"$RELEASE_WORK/java/bin/java"
    chmod 755 "$RELEASE_WORK/java/bin/java"
    env -u TUNLOOP_JAVA_OPTS -u TUNLOOP_ATTACH JAVA_HOME="$RELEASE_WORK/java" TUNLOOP_JAR="$tree$lib/tunloop.jar" \
        "$RELEASE_SOURCE/scripts/tunloop" forward | sed -e "s|^$tree||" -e '$d' # without "forward"
}

digest() {
    sha256sum "$1" | cut -d ' ' -f 1
}

# Makes a blob of the standard input and prints the descriptor that others name it by.
blob() {
    local name
    cat >"$RELEASE_WORK/blob"
    name=$(digest "$RELEASE_WORK/blob")
    mv "$RELEASE_WORK/blob" "$layout/blobs/sha256/$name"
    jq -cn --arg type "$1" --arg digest "sha256:$name" --argjson size "$(stat -c %s "$layout/blobs/sha256/$name")" \
        '{mediaType: $type, digest: $digest, size: $size}'
}

install -D -m 644 "$RELEASE_SOURCE/target/tunloop.jar" "$tree$lib/tunloop.jar"
install -D -m 644 "$RELEASE_SOURCE/scripts/systemd/tunloop.toml" "$tree/etc/tunloop/tunloop.toml"
install -D -m 644 "$RELEASE_SOURCE/LICENSE" "$tree/usr/share/doc/tunloop/LICENSE"
runtime "$tree$lib/jre"
unzip -q "$tree$lib/tunloop.jar" 'META-INF/native/*.so' -d "$RELEASE_WORK/in-jar"
c_libraries "$tree$lib/jre" "$RELEASE_WORK/in-jar"
for package in libc6 zlib1g; do
    [[ ! -f /usr/share/doc/$package/copyright ]] ||
        install -D -m 644 "/usr/share/doc/$package/copyright" "$tree/usr/share/doc/$package/copyright"
done
printf 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n' >"$tree/etc/passwd"
install -d -m 1777 "$tree/tmp" # Netty unpacks its native libraries there

install -d "$layout/blobs/sha256"
same_tar "$tree" . >"$RELEASE_WORK/layer.tar"
layer=$(gzip -9n <"$RELEASE_WORK/layer.tar" | blob application/vnd.oci.image.layer.v1.tar+gzip)
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
config=$(launched | jq -Rn --arg java "$lib/jre/bin/java" --arg arch "$OCI_ARCH" --arg created "$created" \
    --arg version "$RELEASE_VERSION" --arg diff "sha256:$(digest "$RELEASE_WORK/layer.tar")" '{
        created: $created, architecture: $arch, os: "linux",
        config: {
            Env: ["MALLOC_ARENA_MAX=1"],
            Entrypoint: ([$java] + [inputs]),
            Cmd: ["forward", "--config", "/etc/tunloop/tunloop.toml"],
            StopSignal: "SIGTERM",
            Labels: {"org.opencontainers.image.title": "tunloop", "org.opencontainers.image.version": $version,
                "org.opencontainers.image.licenses": "Apache-2.0"}},
        rootfs: {type: "layers", diff_ids: [$diff]},
        history: [{created: $created, created_by: "scripts/release.sh oci"}]}' |
    blob application/vnd.oci.image.config.v1+json)
manifest=$(jq -n --argjson config "$config" --argjson layer "$layer" '{
        schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config, layers: [$layer]}' |
    blob application/vnd.oci.image.manifest.v1+json)
jq -n --argjson manifest "$manifest" --arg name "tunloop:$RELEASE_VERSION" '{
        schemaVersion: 2, manifests: [$manifest + {annotations: {"org.opencontainers.image.ref.name": $name}}]}' \
    >"$layout/index.json"
echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
same_tar "$layout" . >"$RELEASE_OUT/tunloop-$RELEASE_VERSION-linux-$(uname -m).oci.tar"
