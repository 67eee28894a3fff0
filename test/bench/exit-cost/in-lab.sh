#!/bin/sh
# Runs in the lab, started without our modules. Usage: in-lab.sh MODULE KVM_STAT, the paths of the benchmark's own
# module and of kvm_stat. Prints one line per way of counting: "<way> <ticks per OUT> <ticks per PIC access>".
set -eu
comparison=$1 kvm_stat=$2
gcc -O2 -static -o /tmp/guest /case/guest.c
gcc -O2 -o /tmp/ebpf /case/ebpf.c

measure() { # way, command that runs the guest
	way=$1
	shift
	echo "$way $("$@" /tmp/guest 200 200 25)"
}

with_module() { # way, module, parameters
	way=$1
	shift
	insmod "$@"
	measure "$way" env
	rmmod "$(basename "$1" .ko)"
}

# Uses a tracing instance of its own, as a monitoring tool would.
hist() {
	instance=/sys/kernel/tracing/instances/bench
	mkdir -p $instance
	for event in kvm_exit:exit_reason kvm_userspace_exit:reason,errno; do
		echo "hist:keys=common_pid,${event#*:}:size=2048" >$instance/events/kvm/${event%:*}/trigger
	done
	"$@"
	rmdir $instance
}

# As it is without options: on each tracepoint of KVM, and once more for each exit reason, with a filter. It attaches
# to them before it prints its banner, and is idle after a line until the next second.
with_kvm_stat() {
	mkfifo /tmp/lines
	PYTHONUNBUFFERED=1 "$kvm_stat" --log --set-delay 1 >/tmp/lines &
	{
		read -r banner
		read -r line
		"$@"
	} </tmp/lines
	kill $!
	wait $! 2>/dev/null || true
}

measure none env
with_module empty "$comparison" way=empty
with_module counts "$LAB_MODULES/kvminfo.ko" time=0 devices=0
with_module all "$LAB_MODULES/kvminfo.ko" devices=0
with_module devices "$LAB_MODULES/kvminfo.ko"
measure ebpf /tmp/ebpf
measure kvm-stat with_kvm_stat
with_module table-first "$comparison" way=table
with_module table-last "$comparison" way=table ahead=99
measure hist hist
