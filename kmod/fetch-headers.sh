#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches the headers of one Debian kernel and prints the directory to build
# against (KDIR). It installs nothing. It unpacks the packages into
#   ${XDG_CACHE_HOME:-$HOME/.cache}/kvminfo-lab/headers/<release>
# A later call with the same package version only prints the directory.
#
# usage: fetch-headers.sh PACKAGE
#   PACKAGE  a meta package (linux-headers-amd64, linux-headers-6.12-rt-amd64)
#            or the headers of one release (linux-headers-6.1.0-56-amd64)
set -eu

die() {
	echo "fetch-headers.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || die "usage: fetch-headers.sh PACKAGE"
package=$1
case $package in
linux-headers-*) ;;
*) die "$package is not a linux-headers package" ;;
esac

# Prints the packages that $1 depends on and whose names match $2.
depends() {
	apt-cache depends --no-recommends --no-suggests "$1" 2>/dev/null |
		sed -n 's/^ *|\{0,1\}Depends: //p' | grep -E "$2" | sort -u
}

common=$(depends "$package" '^linux-headers-.*-common(-rt)?$') || true
if [ -z "$common" ]; then
	real=$(depends "$package" '^linux-headers-[0-9]') ||
		die "apt does not know $package (run apt-get update), or it depends on no headers package"
	common=$(depends "$real" '^linux-headers-.*-common(-rt)?$') ||
		die "$real depends on no -common headers package"
else
	real=$package
fi
kbuild=$(depends "$real" '^linux-kbuild-') || die "$real depends on no linux-kbuild package"

release=${real#linux-headers-}
version=$(apt-cache show --no-all-versions "$real" | sed -n 's/^Version: //p')
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kvminfo-lab/headers
dir=$cache/$release
mkdir -p "$cache"

# Only one process fetches a release at a time; the others wait and find it done.
exec 9>"$cache/.$release.lock"
flock 9

if [ "$(cat "$dir/version" 2>/dev/null)" != "$version" ]; then
	rm -rf "$dir" "$dir.new"
	mkdir "$dir.new"
	(
		cd "$dir.new"
		apt-get -qq -o APT::Sandbox::User=root download "$real=$version" "$common" "$kbuild" >&2
		for deb in ./*.deb; do
			dpkg-deb -x "$deb" .
		done
		rm ./*.deb
	) || die "could not fetch and unpack $real $common $kbuild"
	# The packages expect to live in /usr/src.
	sed -i "s,/usr/src/,$dir/usr/src/," "$dir.new/usr/src/$real/Makefile"
	echo "$version" >"$dir.new/version"
	mv "$dir.new" "$dir"
fi

echo "$dir/usr/src/$real"
