#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's own build system on a tree of links to our sources, so that
# no object file ever lies among the sources and builds for several kernels can
# run side by side.
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
# Links to sources that are gone would still be found by a wildcard's reader.
find "$build" -xtype l -delete

# Without type information for our own modules: nobody reads it, and making it
# needs pahole (Debian's 6.12 headers ask for it).
exec make -C "$kdir" "M=$build" CONFIG_DEBUG_INFO_BTF_MODULES= "$@" modules
