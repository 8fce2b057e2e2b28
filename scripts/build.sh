#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds target/tunloop.jar, target/native/limit, target/native/loadgen and target/tunloop.jsa, but only when a source is
# newer than they are. With --check it builds nothing: exit code 1 if there is something to build.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root"

up_to_date() {
    [[ -f target/tunloop.jar && -x target/native/limit && -x target/native/loadgen ]] || return 1
    [[ -z $(find pom.xml src/main native -newer target/tunloop.jar -print -quit) ]]
}

if [[ ${1:-} == --check ]]; then
    up_to_date
    exit
fi

if ! up_to_date; then
    echo "build: native code, classes, jar (half a minute; the first time also downloads 35 MB from Maven Central)"
    scripts/maven.sh -q -B -Dmaven.test.skip=true -Dmaven.javadoc.skip=true package
    touch target/tunloop.jar # the shade plugin leaves a jar alone that would be the same
    echo "build: target/tunloop.jar is built, after $SECONDS s"
fi

# target/tunloop.jsa: the classes of a forwarder as the JVM lays them out, mapped instead of parsed at each start. A
# forwarder in a network namespace of its own tells which classes they are. Optional: it saves memory and time only.
archive_classes() {
    local list=target/tunloop.classlist java=${JAVA_HOME:+$JAVA_HOME/bin/}java user=--map-root-user
    ((EUID != 0)) || user=
    # shellcheck disable=SC2086  # no word at all when empty
    coproc FORWARDER {
        TUNLOOP_JAVA_OPTS="-Xshare:off -XX:DumpLoadedClassList=$list" exec unshare $user --net scripts/tunloop \
            forward --mode async-normal --iface1 tun1 --ip1 10.0.1.1 --iface2 tun2 --ip2 10.0.2.1
    }
    local pid=$FORWARDER_PID
    read -r <&"${FORWARDER[0]}" || return 1 # its one line when it forwards
    kill -TERM "$pid" && wait "$pid" &&
        "$java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$list" \
            -XX:SharedArchiveFile=target/tunloop.jsa -cp "$root/target/tunloop.jar"
}

if [[ ! target/tunloop.jsa -nt target/tunloop.jar ]]; then
    echo "build: class archive, so that a forwarder starts faster"
    archive_classes >target/tunloop.jsa.log 2>&1 ||
        echo "build: no class archive, the forwarder starts slower and takes more memory (see target/tunloop.jsa.log)"
fi
