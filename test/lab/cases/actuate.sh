#!/bin/bash
# The actuator and the sweep under a real systemd. As a user with one capability, the actuator writes the knobs of the host
# that its group was given, also the weight of a VM that starts later, and makes a vCPU thread real-time under a lease. The
# lease outlives kill -9 and daemon-reload. When it is due, the actuator ends it, and so does the sweep when the actuator is
# stopped, both while real-time loops hog every CPU. systemd runs in its own PID namespace. The VM is a process that looks
# like one. Needs a machine with --iommu, for a device that can have virtual functions.
set -euo pipefail
export container=lab SYSTEMD_IGNORE_CHROOT=1
node=/project/node_modules/node/bin/node
units=/etc/systemd/system

step() { echo "[$(cut --delimiter=. --fields=1 /proc/uptime) s] $*"; }
fail() {
	echo "actuate.sh: $1" >&2
	inside systemctl status --no-pager --lines=0 'kvminfo-*' >&2 || true
	cat /tmp/systemd.log >&2
	exit 1
}
inside() { nsenter --target "$systemd" --mount --pid --root --wd "$@"; }
property() { inside systemctl show --property "$1" --value kvminfo-actuate; }
policy() { inside chrt --pid "$tid" | sed -n 's/.*policy: //p'; }
becomes() { # seconds, policy
	for ((second = 0; second < $1; second++)); do
		[ "$(policy)" = "$2" ] && return
		sleep 1
	done
	fail "the thread has $(policy), not $2, after $1 s"
}
until_ready() {
	for ((second = 0; second < 400; second++)); do
		[ "$(property ActiveState 2>/dev/null)" = active ] && return
		sleep 1
	done
	fail 'the service was not ready in time'
}
# Asks as the user of remediate. Prints outcome and reason.
ask() { # kind of request, as in request.mjs
	inside setpriv --reuid=kvminfo-remediate --regid=kvminfo-remediate --clear-groups "$node" /tmp/request.mjs "$@"
}

rmmod taskinfo kvminfo
mkdir -p /etc/sysusers.d /etc/tmpfiles.d /usr/lib/kvminfo-exporter /opt/kvminfo-exporter
cp /project/deploy/systemd/sysusers-remediation.conf /etc/sysusers.d/kvminfo-remediation.conf
systemd-sysusers
cp /project/deploy/systemd/tmpfiles-remediation.conf /etc/tmpfiles.d/kvminfo-remediation.conf
cp /project/deploy/systemd/lease-sweep.sh /usr/lib/kvminfo-exporter/
cp /project/deploy/systemd/kvminfo-{actuate,lease-sweep,weight-rights}.* $units
mount --rbind /project /opt/kvminfo-exporter
for unit in $(cd $units && echo kvminfo-*); do
	mkdir -p "$units/$unit.d"
	printf '[Unit]\nDefaultDependencies=no\n' > "$units/$unit.d/lab.conf"
done
# An emulated CPU takes minutes for what takes a real one a second.
cat > $units/kvminfo-actuate.service.d/clone.conf <<END
[Service]
Environment=PATH=/opt/kvminfo-exporter/node_modules/node/bin:/usr/bin:/bin
ExecStart=
ExecStart=/opt/kvminfo-exporter/dist/cli/main.js actuate --actuator.allowed-user=kvminfo-remediate
TimeoutStartSec=infinity
WatchdogSec=120
END
printf '[Service]\nTimeoutStartSec=infinity\n' > $units/kvminfo-lease-sweep.service.d/time.conf
cp $units/kvminfo-lease-sweep.service.d/time.conf $units/kvminfo-weight-rights.service.d/time.conf
cat > $units/lab.target <<END
[Unit]
DefaultDependencies=no
END

rm -rf /run/systemd
unshare --pid --mount --fork --mount-proc /lib/systemd/systemd --system --unit=lab.target --log-target=console \
	--default-standard-output=inherit --default-standard-error=inherit --show-status=no > /tmp/systemd.log 2>&1 &
unshare=$!
until systemd=$(pgrep --parent "$unshare"); do sleep 0.1; done
until inside systemctl is-active --quiet lab.target 2> /dev/null; do sleep 0.5; done
inside systemd-tmpfiles --create kvminfo-remediation.conf
inside systemctl start kvminfo-actuate.socket kvminfo-lease-sweep.timer kvminfo-weight-rights.path
inside systemctl start --no-block kvminfo-actuate

cat > /tmp/vm.cjs <<'END'
const { readdirSync, writeFileSync } = require('fs')
const tid = readdirSync('/proc/self/task').map(Number).find((tid) => tid !== process.pid)
writeFileSync('/proc/self/task/' + tid + '/comm', 'CPU 0/KVM')
writeFileSync('/tmp/vm', process.pid + ' ' + tid + '\n')
setInterval(() => {}, 1000)
END
cat > /tmp/request.mjs <<'END'
import { readFileSync } from 'node:fs'
import { ActuatorClient } from '/project/dist/actuator/client.js'
const [what, seconds] = process.argv.slice(2)
const [pid, tid] = readFileSync('/tmp/vm', 'utf8').split(' ').map(Number)
const tick = (path) => Number(readFileSync(path + '/stat', 'utf8').split(') ').at(-1).split(' ')[19])
const vm = { uuid: null, pid, startTick: tick('/proc/' + pid) }
const other = { policy: 0, rtPriority: 0, nice: 0, resetOnFork: false }
const raised = { policy: 2, rtPriority: 1, nice: -5, resetOnFork: true }
const thread = { kind: 'thread-scheduling', vm, tid, threadStartTick: tick('/proc/' + pid + '/task/' + tid) }
const client = new ActuatorClient('/run/kvminfo/actuate.sock', 120_000)
const answer = await {
  lease: () => client.lease(vm, Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) + Number(seconds)),
  raise: () => client.execute({ ...thread, from: other, to: raised }),
  lower: () => client.execute({ ...thread, from: raised, to: other }),
  read: () => client.read({ ...thread, from: other, to: other }),
  set: () => client.execute({ ...JSON.parse(seconds), ...(seconds.includes('cpu-weight') && { vm }) }),
}[what]()
console.log(answer.outcome, answer.reason ?? '')
END
inside bash -c "exec -a /usr/bin/qemu-system-x86_64 $node /tmp/vm.cjs -accel kvm -name guest=lab" &
until [ -s /tmp/vm ]; do sleep 0.5; done
read -r _ tid < /tmp/vm
until_ready
step 'the actuator is ready'

pid=$(property MainPID)
[ "$(inside chrt --pid "$pid" | sed -n 's/.*policy: //p')" = 'SCHED_FIFO|SCHED_RESET_ON_FORK' ] || fail 'it is not FIFO'
status=$(inside cat "/proc/$pid/status")
grep --quiet '^CapEff:[[:space:]]*0000000000800000$' <<< "$status" || fail 'it has other capabilities than CAP_SYS_NICE'
grep --quiet '^Uid:[[:space:]]*0' <<< "$status" && fail 'it runs as root'
[ "$(inside readlink "/proc/$pid/ns/net")" != "$(inside readlink /proc/1/ns/net)" ] || fail 'it has a network'
[ "$(inside stat --format='%a %U %G' /run/kvminfo/actuate.sock)" = '660 root kvminfo-remediate' ] || fail 'mode of the socket'
[ "$(inside stat --format='%a %U %G' /run/kvminfo)" = '1775 root kvminfo-remediate' ] || fail 'mode of /run/kvminfo'

# Real-time loops leave everything of lower priority the 5 % that the kernel's throttle keeps for it. This script outranks
# them, so that it can watch.
hog() {
	chrt --fifo --pid 60 $$
	hogs=()
	for ((cpu = 0; cpu < $(nproc); cpu++)); do
		taskset --cpu-list "$cpu" chrt --fifo 50 sh -c 'while :; do :; done' &
		hogs+=($!)
	done
}
end_hogs() {
	kill -KILL "${hogs[@]}"
	chrt --other --pid 0 $$
}

# Sets a knob of the host, and restores it.
turns() { # file, its text now, its text then, kind and further fields, from, to
	[[ $(cat "$1") == *"$2"* ]] || fail "$1 has $(cat "$1")"
	answer=$(ask set "{\"kind\":$4,\"from\":$5,\"to\":$6}")
	[[ $answer == done* && $(cat "$1") == *"$3"* ]] || fail "$1 has $(cat "$1"): $answer"
	answer=$(ask set "{\"kind\":$4,\"from\":$6,\"to\":$5}")
	[[ $answer == done* && $(cat "$1") == *"$2"* ]] || fail "$1 still has $(cat "$1"): $answer"
}
echo 1 > /sys/kernel/mm/ksm/run
echo never > /sys/kernel/mm/transparent_hugepage/enabled
turns /sys/kernel/mm/ksm/run 1 0 '"ksm-run"' 1 0
turns /sys/kernel/mm/transparent_hugepage/enabled '[never]' '[madvise]' '"transparent-huge-pages"' '"never"' '"madvise"'
turns /sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages 0 4 '"huge-pages","node":0' 0 4
modprobe nvme
functions=$(echo /sys/bus/pci/devices/*/sriov_numvfs)
device=$(basename "$(dirname "$functions")")
turns "$functions" 0 2 "\"virtual-functions\",\"device\":\"$device\"" 0 2
step 'it has set and restored KSM, transparent huge pages, a pool and virtual functions'

# The control group of a VM that starts now, of which nobody tells the actuator or systemd.
echo +cpu > /sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/machine.slice
echo +cpu > /sys/fs/cgroup/machine.slice/cgroup.subtree_control
weight='/sys/fs/cgroup/machine.slice/machine-qemu\x2d1\x2dlab.scope/cpu.weight'
mkdir "$(dirname "$weight")"
read -r vm _ < /tmp/vm
inside sh -c "echo $vm > '$(dirname "$weight")/cgroup.procs'"
for ((second = 0; second < 200; second++)); do
	[ "$(inside stat --format='%a %G' "$weight")" = '664 kvminfo-actuate' ] && break || sleep 1
done
turns "$weight" 100 400 '"cpu-weight","file":"cpu.weight"' 100 400
step 'it has set and restored the weight of a VM that started later'

[[ $(ask raise) == refused* ]] || fail 'it set a real-time policy without a lease'
[[ $(ask lease 3000) == done* ]] || fail "no lease: $(ask lease 3000)"
[[ $(ask raise) == done* ]] || fail "not raised: $(ask raise)"
becomes 1 'SCHED_RR|SCHED_RESET_ON_FORK'
step 'a vCPU thread is real-time'

inside kill -KILL "$pid"
inside systemctl daemon-reload
for ((second = 0; second < 400; second++)); do [ "$(property NRestarts)" = 1 ] && break || sleep 1; done
until_ready
[ "$(property MainPID)" != "$pid" ] || fail 'it was not restarted'
becomes 1 'SCHED_RR|SCHED_RESET_ON_FORK'
[[ $(ask lower) == done* ]] || fail "not lowered: $(ask lower)"
becomes 1 SCHED_OTHER
step 'it was killed, knew the change, and reversed it'

[[ $(ask raise) == done* ]] || fail 'not raised again'
lease=$(inside sh -c 'echo /run/kvminfo/leases/*')
hog
now=$(cut --delimiter=. --fields=1 /proc/uptime)
# Due in a moment, as the process itself would have written it.
inside setpriv --reuid=kvminfo-actuate --regid=kvminfo-actuate --clear-groups sh -c "echo '$((now + 5)) $now' > $lease"
becomes 100 SCHED_OTHER
end_hogs
inside test ! -e "$lease" || fail 'the lease is still there'
step 'the actuator has ended the lease while real-time loops had all CPUs'

[[ $(ask lease 3000) == done* ]] || fail 'no second lease'
[[ $(ask raise) == done* ]] || fail 'not raised a third time'
inside systemctl stop kvminfo-actuate.socket kvminfo-actuate
[ "$(property Result) $(property ExecMainStatus)" = 'success 0' ] || fail 'the service did not stop cleanly'
becomes 1 'SCHED_RR|SCHED_RESET_ON_FORK'
inside test -s "$lease" || fail 'the lease is gone with the service'
# The sweep leaves it alone while it lasts.
sleep 40
becomes 1 'SCHED_RR|SCHED_RESET_ON_FORK'
hog
now=$(cut --delimiter=. --fields=1 /proc/uptime)
inside setpriv --reuid=kvminfo-actuate --regid=kvminfo-actuate --clear-groups sh -c "echo '$((now + 5)) $now' > $lease"
becomes 400 SCHED_OTHER
step 'the sweep has put the threads back while real-time loops had all CPUs'
end_hogs
for ((second = 0; second < 100; second++)); do inside test -e "$lease" && sleep 1 || break; done
[ "$(inside sed 's/.*) //' "/proc/$tid/stat" | cut --delimiter=' ' --fields=17)" = 0 ] || fail 'nice was not restored'
inside test ! -e "$lease" || fail 'the lease is still there after the sweep'
step 'the sweep has ended the lease of a stopped actuator'
