#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's own build system on a tree of links to our sources. This
# keeps object files out of the source tree and lets builds for several kernels
# run at the same time.
#
# usage: build.sh KDIR BUILD_DIR [MAKE_ARGUMENT...]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
kdir=$1
build=$2
shift 2
case $build in
/*) ;;
*)
	echo "build.sh: BUILD_DIR must be an absolute path, got '$build'" >&2
	exit 1
	;;
esac
if [ ! -f "$kdir/Makefile" ]; then
	echo "build.sh: no kernel headers in '$kdir': install linux-headers-$(uname -r)," \
		"or give KDIR=DIR (fetch-headers.sh PACKAGE prints one)" >&2
	exit 1
fi

mkdir -p "$build"
for part in Kbuild include compat kvminfo taskinfo; do
	cp -Rsf "$here/$part" "$build/"
done
# Otherwise the wildcards in Kbuild would match links to deleted sources.
find "$build" -xtype l -delete

# No BTF for our own modules: nothing reads it, and generating it requires
# pahole (Debian's 6.12 headers ask for it).
exec "$here/kernel-make.sh" "$kdir" "M=$build" CONFIG_DEBUG_INFO_BTF_MODULES= "$@" modules
