#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the kernel's checkpatch on our sources and fails on any finding. Debian
# ships checkpatch only in its kernel source packages. The script uses the file
# that CHECKPATCH names; without that, the first one unpacked in /usr/src; without
# that too, it fetches checkpatch once into
#   ${XDG_CACHE_HOME:-$HOME/.cache}/kvminfo-lab/checkpatch
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kvminfo-lab/checkpatch

fetch() {
	echo "style.sh: fetching checkpatch with linux-source-6.1 (140 MB, once)" >&2
	rm -rf "$cache.new"
	mkdir -p "$cache.new"
	(
		cd "$cache.new"
		apt-get -qq -o APT::Sandbox::User=root download linux-source-6.1 >&2
		dpkg-deb --fsys-tarfile ./*.deb | tar -xO ./usr/src/linux-source-6.1.tar.xz |
			xz -dc | tar -x --strip-components=2 --wildcards \
			'linux-source-*/scripts/checkpatch.pl' 'linux-source-*/scripts/spelling.txt' \
			'linux-source-*/scripts/const_structs.checkpatch'
		rm ./*.deb
	)
	mv "$cache.new" "$cache"
}

if [ -z "${CHECKPATCH:-}" ]; then
	for CHECKPATCH in /usr/src/linux-source-*/scripts/checkpatch.pl "$cache/checkpatch.pl"; do
		[ ! -f "$CHECKPATCH" ] || break
	done
	[ -f "$CHECKPATCH" ] || fetch
fi

# COMPLEX_MACRO, BRACKET_SPACE: a list of names that is a macro taking a macro is
# neither an expression nor an array index.
find "$here" -path "$here/build" -prune -o -name '*.[ch]' -print0 |
	xargs -0 perl "$CHECKPATCH" --no-tree --terse --no-summary --max-line-length=100 \
		--ignore COMPLEX_MACRO,BRACKET_SPACE -f
echo "style.sh: clean"
