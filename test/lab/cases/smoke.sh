#!/bin/sh
# The lab provides what its --help promises. Call it with the two arguments "an argument" and "".
set -eu
expect() { # what, value, expected
	if [ "$2" != "$3" ]; then
		echo "$1: got '$2', expected '$3'" >&2
		exit 1
	fi
	echo "$1: $2"
}

expect arguments "$#:${1-}:${2-}" '2:an argument:'
expect directory "$PWD" /case
expect node "$(node --print 'process.versions.node.split(".")[0]')" 24
expect kvminfo "$(command -v kvminfo)" /project/test/lab/inside/bin/kvminfo
expect kernel "$(uname -r)" "$KVMINFO_KERNEL"
expect user "$(id -u)" 0

touch /project/stray /tmp/stray /run/stray /out/result
expect 'case is read-only' "$(touch /case/stray 2> /dev/null && echo written || echo refused)" refused
expect loopback "$(ip -o -4 address show lo | grep -o '127.0.0.1/8')" 127.0.0.1/8
expect cgroup2 "$(stat -f -c %T /sys/fs/cgroup)" cgroup2fs
expect debugfs "$(cat /sys/kernel/debug/kvm/exits)" 0
expect tracefs "$(ls -d /sys/kernel/tracing/events/kvm/kvm_exit)" /sys/kernel/tracing/events/kvm/kvm_exit
expect stderr "$(echo ok 2>&1 > /dev/stderr | cat)" ok
expect modules "$(ls "$LAB_MODULES" | grep -c -x -e kvminfo.ko -e taskinfo.ko)" 2
expect kvminfo "$(head -n 1 /proc/kvminfo | cut -d' ' -f1)" kvminfo
expect taskinfo "$(head -n 1 /proc/taskinfo | cut -d' ' -f1)" taskinfo

guest=$(/project/test/lab/guests/exits --vcpus 2 --out 10 --in 5 --pic 20 --mmio 3 --cpuid 4 --ud 6 --signals 2)
expect guest "$(echo "$guest" | grep -o '"expect":.*')" '"expect":{"io_num":72,"exception_num":12,"kvm_vm_switch_num_min":60,"kvm_qemu_switch_num":38,"signal_num":4}}'

expect libvirt "$(virsh list --all --name | wc -w)" 0
expect virtlogd "$(pidof virtlogd > /dev/null && echo runs)" runs
printf 'bytes: a\000b\r\n\377\n'
