#!/bin/sh
# Runs in the lab, started without our modules. Usage: in-lab.sh MODULE, the path of the benchmark's own module.
# Prints one line per way of counting: "<way> <ticks per OUT> <ticks per PIC access>".
set -eu
comparison=$1
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

measure none env
with_module empty "$comparison" way=empty
with_module counts "$LAB_MODULES/kvminfo.ko" time=0 devices=0
with_module all "$LAB_MODULES/kvminfo.ko" devices=0
with_module devices "$LAB_MODULES/kvminfo.ko"
measure ebpf /tmp/ebpf
with_module table-first "$comparison" way=table
with_module table-last "$comparison" way=table ahead=99
measure hist hist
