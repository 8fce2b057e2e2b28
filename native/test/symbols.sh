#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Description: the library loads where glibc is 2.31 (Debian 11, Ubuntu 20.04) or newer, and exports JNI_OnLoad only.
#
#     symbols.sh OBJDUMP LIBRARY
set -eu

objdump=$1
library=$2
oldest=2.31

versions=$("$objdump" -T "$library" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu)
[ -n "$versions" ] || { echo "symbols: no versions in $library" >&2; exit 1; }
newest=$(printf '%s\n' "$versions" | tail -n 1)
if [ "$(printf '%s\n%s\n' "$newest" "$oldest" | sort -V | tail -n 1)" != "$oldest" ]; then
    echo "symbols: $library needs glibc $newest, and should load with $oldest:" >&2
    "$objdump" -T "$library" | grep "GLIBC_$newest" >&2
    exit 1
fi

exported=$("$objdump" -T "$library" | awk '$2 == "g" && $4 != "*UND*" { print $NF }')
if [ "$exported" != JNI_OnLoad ]; then
    echo "symbols: $library exports more or less than JNI_OnLoad: $exported" >&2
    exit 1
fi
echo "symbols: $library needs glibc $newest"
