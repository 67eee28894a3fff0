#!/bin/sh
# Starts VMs that make a known number of each exit, on the KVM of either vendor. Prints for each the options of `exits`,
# its report, its lines of /proc/kvminfo and KVM's own statistics. vendors.ts, outside the machine, judges them.
#
# usage: vendors.sh [PARAMETER=VALUE...]    parameters of kvm_intel; each is tried as well, in a KVM loaded with it
set -eu
exits=/project/test/lab/guests/exits
work=$(mktemp -d)
mkfifo "$work/hold"
kvm=kvm_amd
[ ! -d /sys/module/kvm_intel ] || kvm=kvm_intel

start() { # options of exits
	"$exits" "$@" --hold < "$work/hold" > "$work/report" &
	pid=$!
	exec 4> "$work/hold"
	# The report is one line.
	until [ "$(wc -l < "$work/report")" = 1 ]; do
		kill -0 $pid
		sleep 0.02
	done
}

end() {
	exec 4>&-
	wait $pid
}

table() { # the lines of /proc/kvminfo about the VM
	sed 2q /proc/kvminfo
	sed -n "s/^[0-9]* $pid /1 $pid /p" /proc/kvminfo
}

vm() { # options of exits
	start "$@"
	echo "vm $*"
	cat "$work/report"
	table
	for name in exits io_exits signal_exits mmio_exits irq_exits halt_exits; do
		echo "$name $(cat /sys/kernel/debug/kvm/$pid-*/$name)"
	done
	echo .
	end
}

reload_kvm() { # parameters
	rmmod $kvm
	if [ $kvm = kvm_intel ]; then
		insmod /modules/kvm-intel.ko "$@"
	else
		modprobe $kvm
	fi
	echo "$kvm $*"
}

reload_kvminfo() { # parameters
	rmmod kvminfo
	insmod "$LAB_MODULES/kvminfo.ko" "$@"
}

vm --out 300 --in 200 --pic 150 --mmio 40 --cpuid 120 --ud 80
vm --vcpus 4 --out 100 --pic 100 --cpuid 50 --ud 20 --rep 3
vm --vcpus 3 --out 50 --ud 10 --end-threads
vm --vcpus 2 --out 20 --signals 30 --immediate 10
vm --irqchip --hlt 20
vm --hlt 20 --windows 20
reload_kvminfo time=0
vm --vcpus 2 --out 100 --pic 100 --ud 30 --signals 5
reload_kvminfo

# KVM comes back while kvminfo is loaded.
reload_kvm
vm --out 100 --cpuid 50 --ud 20

# kvminfo is unloaded and loaded again while a VM runs and a reader has the file open.
start --rep 0 --vcpus 2 --out 50 --pic 50 --ud 5
sh -c 'while :; do cat /proc/kvminfo; done' > /dev/null 2>&1 &
reader=$!
for round in 1 2 3 4; do
	until awk -v pid=$pid '$2 == pid && $6 > 20 { found = 1 } END { exit !found }' /proc/kvminfo; do
		sleep 0.02
	done
	exec 5< /proc/kvminfo
	read -r line <&5
	rmmod kvminfo
	[ ! -e /proc/kvminfo ]
	exec 5<&-
	insmod "$LAB_MODULES/kvminfo.ko" time=$((round % 2))
done
kill $reader
until awk -v pid=$pid '$2 == pid && split($12, vcpus, ",") == 2 { found = 1 } END { exit !found }' /proc/kvminfo; do
	sleep 0.02
done
echo running
table
echo .
end
reload_kvminfo

for parameter; do
	reload_kvm "$parameter"
	vm --out 100 --cpuid 50 --ud 20 --mmio 10
done
rm -r "$work"
