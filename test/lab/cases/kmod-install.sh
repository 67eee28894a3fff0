#!/bin/bash
# Runs npm run kmod:install and kmod:uninstall as an operator does. DKMS builds both modules for the running kernel, they
# are loaded, the group may read them, a second install replaces them, and the uninstall leaves nothing behind.
# $1: the directory of the kernel's headers.
set -euo pipefail
headers=$1
release=$KVMINFO_KERNEL
tree=/lib/modules/$release

fail() {
	echo "kmod-install.sh: $1" >&2
	exit 1
}

# In the lab the kernel's modules are read-only, and depmod would take minutes for all of them.
mkdir /tmp/tree
cp -r --parents "$tree"/modules.{order,builtin,builtin.modinfo} "$tree/kernel/arch/x86/kvm" /tmp/tree
mount --bind "/tmp/tree$tree" "$tree"
ln -s "$headers" "$tree/build"

cd /project
for way in new again; do
	npm run kmod:install
	for module in kvminfo taskinfo; do
		[ "$(modinfo --field filename "$module")" = "$tree/updates/dkms/$module.ko" ] || fail "$way: DKMS did not install $module"
		group=$(getent group kvminfo | cut -d: -f3)
		[ "$(stat --format '%a %u %g' "/proc/$module")" = "440 0 $group" ] || fail "$way: wrong permissions on /proc/$module"
		setpriv --reuid=65534 --regid="$group" --clear-groups grep --quiet "^$module 1 " "/proc/$module" ||
			fail "$way: the group cannot read /proc/$module"
		! setpriv --reuid=65534 --regid=65534 --clear-groups cat "/proc/$module" 2> /dev/null ||
			fail "$way: others can read /proc/$module"
		grep --quiet --line-regexp "$module" /etc/modules-load.d/kvminfo.conf || fail "$way: $module is not loaded at boot"
	done
done

npm run kmod:uninstall
for left in /proc/{kvminfo,taskinfo} /etc/modprobe.d/kvminfo.conf /etc/modules-load.d/kvminfo.conf \
	"$tree"/updates/dkms/{kvminfo,taskinfo}.ko /usr/src/kvminfo-* /var/lib/dkms/kvminfo; do
	[ ! -e "$left" ] || fail "kmod:uninstall did not remove $left"
done
! getent group kvminfo || fail 'kmod:uninstall did not remove the group'
[ -z "$(dkms status kvminfo)" ] || fail 'DKMS still has the modules'
