#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the JMH benchmarks of checksum, split and coalesce, or those that a pattern names; takes JMH's options.
#
#     scripts/jmh.sh                              all, about two minutes
#     scripts/jmh.sh Checksum -p bytes=1448
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
mvn -q test-compile org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile=target/test-classpath >&2
exec java -cp "target/test-classes:target/classes:$(cat target/test-classpath)" org.openjdk.jmh.Main "$@"
