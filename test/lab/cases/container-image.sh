#!/bin/bash
# The container image on a host with the modules: as a user who is not root, without capabilities and in a PID namespace
# of its own, it reads the host's VM through /host/proc. podman has the flags of deploy/container/README.md.
# $1: the image's root file system, $2: NAME=value of its environment, in one word; then its entry point and command.
set -euo pipefail
root=$1 environment=$2
shift 2

fail() {
	echo "container-image.sh: $1" >&2
	cat /tmp/podman.log >&2
	exit 1
}
metrics() { curl --silent --fail --max-time 60 http://127.0.0.1:9756/metrics; }
until_metrics() { # regular expression
	for ((second = 0; second < 240; second++)); do
		metrics > /tmp/metrics && grep --quiet --extended-regexp "$1" /tmp/metrics && return
		kill -0 "$podman" 2> /dev/null || fail 'the container has ended'
		sleep 1
	done
	fail "no $1 among the metrics"
}

groupadd --system kvminfo
group=$(getent group kvminfo | cut -d: -f3)
insmod "$LAB_MODULES/kvminfo.ko" "group=$group"
insmod "$LAB_MODULES/taskinfo.ko" "group=$group"

cp /project/test/lab/guests/readers/virtio /tmp/disk
truncate --size=1M /tmp/disk
qemu-system-x86_64 -name guest=web1,debug-threads=on -machine pc,accel=kvm -cpu host -m 32 -nodefaults -display none \
	-drive file=/tmp/disk,format=raw,if=virtio < /dev/null &
vm=$!

variables=()
for variable in $environment; do variables+=(--env "$variable"); done
podman --storage-driver=vfs --cgroup-manager=cgroupfs --events-backend=none run --name=exporter \
	--network=host --group-add="$group" \
	--volume=/proc:/host/proc:ro --volume=/sys:/host/sys:ro --volume=/run:/host/run:ro \
	--read-only --cap-drop=all --security-opt=no-new-privileges \
	--cgroups=disabled --user=65532:65532 "${variables[@]}" --rootfs "$root" "$@" > /tmp/podman.log 2>&1 &
podman=$!

until_metrics '^kvminfo_source_active\{fact="exits",source="module"\} 1$'
until_metrics '^kvminfo_source_active\{fact="threads",source="taskinfo"\} 1$'
until_metrics "^kvminfo_vm_info\\{vm=\"web1\",pid=\"$vm\""
until_metrics '^kvminfo_vm_userspace_switches_total\{vm="web1"\} [1-9][0-9]{2}'
until_metrics '^kvminfo_vcpu_[a-z_]+\{vm="web1",vcpu="0"'
! grep '^kvminfo_scrape_collector_success{.*} 0$' /tmp/metrics || fail 'these collectors fail'
pid=$(pgrep --oldest --uid 65532)
grep --quiet '^CapBnd:[[:space:]]*0*$' "/proc/$pid/status" || fail 'the container has capabilities'
[ "$(readlink "/proc/$pid/ns/pid")" != "$(readlink /proc/self/ns/pid)" ] || fail "it is in the host's PID namespace"

# The same number of exits as the host reads, or more: the VM runs on.
before=$(awk -v pid="$vm" '$2 == pid { print $6 }' /proc/kvminfo)
after=$(metrics | sed --quiet 's/^kvminfo_vm_userspace_switches_total{vm="web1"} //p')
[ "$after" -ge "$before" ] || fail "the container says $after exits to QEMU, the host said $before before"
kill "$vm"
kill "$podman"
wait "$podman" || fail 'did not stop as it should'
echo "container-image.sh: $after exits to QEMU, read without a capability"
