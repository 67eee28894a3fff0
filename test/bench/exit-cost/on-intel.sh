#!/bin/sh
# The part of in-lab.sh that needs no compiler and no eBPF, for the Intel machine, started without our modules. The
# programs are in the folder beside it. Prints the same lines.
set -eu
programs=/case/on-intel

measure() { # way
	echo "$1 $("$programs/guest" 200 200 25)"
}

with_module() { # way, module, parameters
	way=$1
	shift
	insmod "$@"
	measure "$way"
	rmmod "$(basename "$1" .ko)"
}

measure none
with_module empty "$programs/exit_cost.ko" way=empty
with_module counts "$LAB_MODULES/kvminfo.ko" time=0 devices=0
with_module all "$LAB_MODULES/kvminfo.ko" devices=0
with_module devices "$LAB_MODULES/kvminfo.ko"
