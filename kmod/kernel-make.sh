#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs make on a kernel's headers with the compiler that fits them: the one that
# fetch-headers.sh unpacked beside them, or this system's.
#
# usage: kernel-make.sh KDIR [MAKE_ARGUMENT...]
set -eu

kdir=$1
shift
root=${kdir%/usr/src/*}
if [ "$root" = "$kdir" ] || [ ! -e "$root/toolchain" ]; then
	exec make -C "$kdir" "$@"
fi

# Exchanges only /usr, so that all paths outside stay valid. Its programs use
# /lib and /bin, which are links into /usr since Debian 12.
namespaces=--mount
[ "$(id -u)" = 0 ] || namespaces="--map-root-user --mount"
# shellcheck disable=SC2016,SC2086
exec unshare $namespaces sh -c '
	root=$1 kdir=$2
	shift 2
	mount --bind "$root/usr" /usr
	exec make -C "$kdir" "$@"
' kernel-make.sh "$root" "${kdir#"$root"}" "$@"
