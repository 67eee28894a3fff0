#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Prints an apt configuration (for APT_CONFIG) that knows the packages of one
# Debian suite instead of those of this system. Its package lists are in
#   ${XDG_CACHE_HOME:-$HOME/.cache}/kvminfo-lab/suites/SUITE
# and are fetched again if they are older than a day.
#
# usage: debian-suite.sh SUITE
set -eu

[ $# -eq 1 ] || {
	echo "usage: debian-suite.sh SUITE" >&2
	exit 1
}
suite=$1
dir=${XDG_CACHE_HOME:-$HOME/.cache}/kvminfo-lab/suites/$suite
mirror=http://deb.debian.org
signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'

mkdir -p "$dir/lists/partial" "$dir/archives/partial"
exec 9>"$dir/.lock"
flock 9

if [ -z "$(find "$dir/fetched" -mtime -1 2>/dev/null)" ]; then
	echo "deb $signed $mirror/debian $suite main" >"$dir/sources.list"
	case $suite in
	# Kernel updates of a stable release come from the security archive.
	bullseye) echo "deb $signed $mirror/debian-security $suite-security main" >>"$dir/sources.list" ;;
	esac
	# Check-Valid-Until: a mirror that is some weeks behind is good enough
	# here. Signatures are still checked.
	cat >"$dir/apt.conf" <<-END
		Dir::State::Lists "$dir/lists";
		Dir::State::status "/dev/null";
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		Dir::Cache "$dir";
		Acquire::Languages "none";
		Acquire::Check-Valid-Until "false";
		APT::Sandbox::User "root";
	END
	# Old lists are better than none.
	if APT_CONFIG=$dir/apt.conf apt-get -qq --error-on=any update >&2; then
		touch "$dir/fetched"
	elif [ ! -e "$dir/fetched" ]; then
		echo "debian-suite.sh: cannot fetch the package lists of Debian $suite from $mirror" >&2
		exit 1
	fi
fi
echo "$dir/apt.conf"
