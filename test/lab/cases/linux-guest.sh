#!/bin/sh
# The Linux guest does its work on both kinds of devices, under plain QEMU and under libvirt. On emulated devices the
# same work causes several times as many userspace exits.
set -eu
guest=/project/test/lab/guests/linux
work='reads=100 writes=100 packets=200 delay=4'
done_line='work done: reads=100 writes=100 packets=200 spins=0'

statistic() { cat /sys/kernel/debug/kvm/"$1"-*/"$2"; }

# Prints how many exits the work caused and how many of them were handed to QEMU. Sets $out to the latter.
measure() { # name, arguments for start
	name=$1
	shift
	# shellcheck disable=SC2086 # the words of the work
	pid=$("$guest/start" --name "$name" "$@" $work)
	"$guest/await" "$name" 'work starts' > /dev/null
	exits=$(statistic "$pid" exits) out=$(statistic "$pid" fpu_reload)
	line=$("$guest/await" "$name")
	exits=$(($(statistic "$pid" exits) - exits)) out=$(($(statistic "$pid" fpu_reload) - out))
	if [ "$(echo "$line" | tr -d '\r')" != "$done_line" ]; then
		echo "$name: the guest printed '$line' instead of '$done_line'" >&2
		exit 1
	fi
	kill "$pid"
	while kill -0 "$pid" 2> /dev/null; do sleep 0.2; done
	echo "$name: $exits exits, $out of them handed to QEMU"
}

measure ide --disk ide --nic e1000
ide=$out
measure virtio --disk virtio --nic virtio
virtio=$out
measure domain --via libvirt --disk virtio --nic e1000
if [ "$virtio" -eq 0 ] || [ "$ide" -lt $((3 * virtio)) ]; then
	echo "exits handed to QEMU: $ide on emulated devices, $virtio on virtio: less than three times as many" >&2
	exit 1
fi
