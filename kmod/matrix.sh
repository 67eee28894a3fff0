#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Builds both modules, with all compiler warnings and sparse, for every kernel
# that Debian 12 offers, for the oldest that Debian still maintains (bullseye)
# and for the newest (sid). Prints one line per kernel with the features that the
# build found in it, and a total. Fails on any warning, and if the features
# differ from the known ones.
#
# usage: matrix.sh BUILD_DIR [PACKAGE[@SUITE]...]
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$1
shift
[ $# -gt 0 ] || set -- \
	linux-headers-amd64@bullseye linux-headers-rt-amd64@bullseye \
	linux-headers-amd64 linux-headers-rt-amd64 linux-headers-cloud-amd64 \
	linux-headers-6.12-amd64 linux-headers-6.12-rt-amd64 linux-headers-6.12-cloud-amd64 \
	linux-headers-amd64@sid

# The expected HAVE_* of the kernels that were checked; for others, what was found ($2).
features() {
	case $1 in
	5.10.*) echo KVM_EXIT_TAKES_CODE ;;
	6.1.*) echo KVM_EXIT_TAKES_VCPU TIMENS_BOOTTIME_NS ;;
	6.12.*) echo KVM_EXIT_TAKES_VCPU SCHED_ENTITY_SLICE TIMENS_BOOTTIME_NS ;;
	7.2.*) echo KVM_EXIT_TAKES_VCPU SCHED_ENTITY_SLICE TIMENS_BOOTTIME_NS TRACEPOINT_SRCU ;;
	*) echo "$2" ;;
	esac
}

kernels=0 failed=0 warnings=0
for package in "$@"; do
	kernels=$((kernels + 1))
	# shellcheck disable=SC2046
	if ! kdir=$("$here/fetch-headers.sh" $(echo "$package" | tr @ ' ')); then
		failed=$((failed + 1))
		echo "$package FAILED (no headers)"
		continue
	fi
	release=${kdir##*/linux-headers-}
	# From scratch, because only a build that compiles a file prints its warnings.
	rm -rf "${build:?}/$release"
	mkdir -p "$build/$release"
	log=$build/$release/build.log
	verdict=ok
	"$here/build.sh" "$kdir" "$build/$release" W=1 C=2 \
		>"$log" 2>&1 || verdict=FAILED
	count=$(grep -ciE "warning|error:" "$log")
	[ "$count" -eq 0 ] || verdict=FAILED
	for module in kvminfo taskinfo; do
		[ -f "$build/$release/$module.ko" ] || verdict=FAILED
	done
	found=$(sed -n 's/^#define HAVE_\([A-Z_]*\) 1$/\1/p' "$build/$release/compat/have.h" | xargs)
	known=$(features "$release" "$found")
	[ "$found" = "$known" ] || verdict=FAILED
	echo "$release $verdict, $count warnings, has $found"
	[ "$found" = "$known" ] || echo "    expected $known"
	if [ $verdict = FAILED ]; then
		failed=$((failed + 1))
		grep -iE 'warning|error' "$log" | head -n 20 | sed 's/^/    /'
	fi
	warnings=$((warnings + count))
done
echo "matrix: $kernels kernels, $failed failed, $warnings warnings"
[ "$failed" -eq 0 ]
