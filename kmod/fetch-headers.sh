#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fetches the headers of one Debian kernel and prints the directory to build
# against (KDIR). It installs nothing. It unpacks the packages into
#   ${XDG_CACHE_HOME:-$HOME/.cache}/kvminfo-lab/headers/<release>
# A later call with the same package version only prints the directory.
#
# If the headers ask for a newer gcc than this system's, it also unpacks the gcc
# and the tools of their suite; kernel-make.sh builds with them.
#
# usage: fetch-headers.sh PACKAGE [SUITE]
#   PACKAGE  a meta package (linux-headers-amd64, linux-headers-6.12-rt-amd64)
#            or the headers of one release (linux-headers-6.1.0-56-amd64)
#   SUITE    the Debian suite to fetch from (bullseye, sid), if it is not the
#            one that this system uses
set -eu

die() {
	echo "fetch-headers.sh: $*" >&2
	exit 1
}

[ $# -eq 1 ] || [ $# -eq 2 ] || die "usage: fetch-headers.sh PACKAGE [SUITE]"
package=$1
suite=${2-}
here=$(cd "$(dirname "$0")" && pwd)
case $package in
linux-headers-*) ;;
*) die "$package is not a linux-headers package" ;;
esac

if [ -n "$suite" ]; then
	APT_CONFIG=$("$here/debian-suite.sh" "$suite")
	export APT_CONFIG
fi

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

# Unpacks the headers again, with everything that is needed to build with them.
unpack_toolchain() {
	rm -r "$dir.new"
	mmdebstrap --quiet --variant=extract --format=directory \
		--include="$real=$version,base-files,coreutils,dash,diffutils,findutils,gawk,grep,make,sed,sparse" \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Check-Valid-Until "false"' \
		"$suite" "$dir.new" "deb http://deb.debian.org/debian $suite main" >&2 ||
		die "mmdebstrap could not unpack $real and its compiler from Debian $suite"
	# What update-alternatives would do.
	ln -s gawk "$dir.new/usr/bin/awk"
	# 7.2's headers lack this script, without which C=2 checks nothing. It
	# says whether sparse works.
	valid=$dir.new/usr/src/$real/scripts/checker-valid.sh
	[ -e "$valid" ] || printf '#!/bin/sh\necho 1\n' >"$valid"
	chmod +x "$valid"
	touch "$dir.new/toolchain"
}

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
	headers=$dir.new/usr/src/$real
	compiler=$(sed -n 's/^CC = .*gcc-\([0-9]*\)$/\1/p' "$headers/.kernelvariables")
	if [ "${compiler:-0}" -gt "$(gcc -dumpversion)" ]; then
		unpack_toolchain
	else
		# The packages expect to live in /usr/src.
		sed -i "s,/usr/src/,$dir/usr/src/," "$headers/Makefile"
		# Another suite's compiler is not installed; this system's will do.
		[ -z "$suite" ] || sed -i 's/gcc-[0-9]*$/gcc/' "$headers/.kernelvariables"
	fi
	echo "$version" >"$dir.new/version"
	mv "$dir.new" "$dir"
fi

echo "$dir/usr/src/$real"
