#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs tunloop below a prefix. Usage: scripts/install.sh PREFIX, like /usr/local; DESTDIR is honoured.
#
#   PREFIX/bin/tunloop                                      launcher
#   PREFIX/lib/tunloop/tunloop.jar                          everything
#   PREFIX/lib/tunloop/tunloop.jsa                          its classes, laid out for this JDK; not with DESTDIR
#   PREFIX/lib/systemd/system/tunloop.service               hardened unit
#   PREFIX/share/man/man1/tunloop*.1                        manual, if asciidoctor is there
#   PREFIX/share/bash-completion/completions/tunloop        for bash; zsh reads it with bashcompinit
#   PREFIX/share/tunloop/                                   dashboard for Grafana, alert rules for Prometheus
#   /etc/tunloop/tunloop.toml (PREFIX/etc below others than /usr and /usr/local), kept if it exists
set -euo pipefail

wrong_usage() {
    echo "install: $*" >&2
    exit 2
}

(($# == 1)) || wrong_usage "usage: $0 PREFIX, for example /usr/local"
prefix=$1
[[ $prefix == /* ]] || wrong_usage "PREFIX must be an absolute path: ${prefix@Q}"
# A class path ends at a colon, and the others mean something to systemd.
[[ $prefix != *[:%\$\"\\$'\n']* ]] || wrong_usage "PREFIX must not contain : % \$ \" \\ or a line feed: ${prefix@Q}"
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
jar=$root/target/tunloop.jar
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
target=${DESTDIR:-}$prefix
case $prefix in
    /usr | /usr/local) sysconfdir=/etc ;;
    *) sysconfdir=$prefix/etc ;;
esac

[[ -f $jar ]] || { echo "install: no $jar; build it first: scripts/build.sh" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() {
    echo "install: $*"
    "$@"
}

manual() {
    local version
    version=$(sed -n 's|.*<picocli.version>\(.*\)</picocli.version>.*|\1|p' "$root/pom.xml")
    "$root/scripts/maven.sh" -q -f "$root/pom.xml" dependency:copy \
        -Dartifact="info.picocli:picocli-codegen:$version" -DoutputDirectory="$work" &&
        "$java" -cp "$jar:$work/picocli-codegen-$version.jar" picocli.codegen.docgen.manpage.ManPageGenerator \
            --outdir "$work/man" io.tunloop.cli.Main >/dev/null &&
        install -d "$target/share/man/man1" &&
        asciidoctor -q -b manpage -D "$target/share/man/man1" "$work"/man/*.adoc
}

# The classes that build.sh has seen a forwarder use; an archive is bound to the path of its jar.
class_archive() {
    "$java" -XX:+UseSerialGC -Xshare:dump -XX:SharedClassListFile="$root/target/tunloop.classlist" \
        -XX:SharedArchiveFile="$target/lib/tunloop/tunloop.jsa" -cp "$target/lib/tunloop/tunloop.jar" >"$work/archive" 2>&1
}

step install -D -m 755 "$root/scripts/tunloop" "$target/bin/tunloop"
step install -D -m 644 "$jar" "$target/lib/tunloop/tunloop.jar"
if [[ -z ${DESTDIR:-} && -f $root/target/tunloop.classlist ]]; then
    step class_archive || echo "install: no class archive, the forwarder starts slower and takes more memory" >&2
fi

unit=$(<"$root/scripts/systemd/tunloop.service")
unit=${unit//@BINDIR@/"$prefix/bin"}
printf '%s\n' "${unit//@SYSCONFDIR@/"$sysconfdir"}" >"$work/unit"
step install -D -m 644 "$work/unit" "$target/lib/systemd/system/tunloop.service"

step install -D -m 644 -t "$target/share/tunloop" "$root/operations/grafana-dashboard.json" \
    "$root/operations/prometheus-alerts.yml"

settings=${DESTDIR:-}$sysconfdir/tunloop/tunloop.toml
if [[ -e $settings ]]; then
    echo "install: kept $settings"
else
    step install -D -m 644 "$root/scripts/systemd/tunloop.toml" "$settings"
fi

"$java" -cp "$jar" picocli.AutoComplete --force -n tunloop -o "$work/completion" io.tunloop.cli.Main >/dev/null
sed -i '1{/^#!/d}' "$work/completion" # it is read, not run
step install -D -m 644 "$work/completion" "$target/share/bash-completion/completions/tunloop"

if command -v asciidoctor >/dev/null; then
    step manual || echo "install: no manual: it could not be made, see above" >&2
else
    echo "install: no manual: install asciidoctor (Debian: apt-get install asciidoctor) and run this again" >&2
fi

echo "install: done; next: edit $sysconfdir/tunloop/tunloop.toml, then: systemctl enable --now tunloop"
