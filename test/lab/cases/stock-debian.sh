#!/bin/bash
# The packages on a Debian 12 that has neither Node nor a network: dpkg -i builds and loads the modules and starts the
# service, an upgrade keeps the counters and the configuration, dpkg -r leaves the configuration, dpkg --purge nothing.
# $1: directory with the packages, $2: their version, $3: a higher version.
set -euo pipefail
packages=$1 old=$2 new=$3
. "$(dirname "$0")/stock/system.sh"

module_is_built() { # version
	inside dkms status kvminfo | tee /tmp/dkms-status
	grep --quiet "^kvminfo/$1, $KVMINFO_KERNEL, .*: installed" /tmp/dkms-status || fail "DKMS has not built $1"
	[ "$(wc -l < /tmp/dkms-status)" = 1 ] || fail 'DKMS knows more than one version'
	for module in kvminfo taskinfo; do
		[ "$(inside modinfo --field filename "$module")" = "/lib/modules/$KVMINFO_KERNEL/updates/dkms/$module.ko" ] ||
			fail "$module is not DKMS's"
	done
}

counters=(io_exits exception_exits kernel_switches userspace_switches)
note_counters() {
	for counter in "${counters[@]}"; do noted[$counter]=$(value "kvminfo_vm_${counter}_total{vm=\"web1\"}"); done
}
declare -A noted

step 'Debian 12 starts'
start_debian "$packages"
! inside sh -c 'command -v node' || fail 'this Debian has Node'
[ "$(ls /sys/class/net)" = lo ] || fail 'this machine has a network'
start_vm web1
list_files > /tmp/files-before

step "dpkg --install, version $old"
install "$old"
module_is_built "$old"
for module in kvminfo taskinfo; do
	group=$(inside getent group kvminfo | cut --delimiter=: --fields=3)
	[ "$(inside stat --format '%a %u %g' "/proc/$module")" = "440 0 $group" ] || fail "rights of /proc/$module"
done
step 'the service'
[ "$(property ActiveState)" = active ] || fail 'the service is not active after dpkg has ended'
inside systemctl is-enabled kvminfo-exporter
pid=$(property MainPID)
[ "$(inside stat --format %U "/proc/$pid")" = kvminfo-exporter ] || fail 'the service runs as another user'
inside grep --quiet '^CapEff:[[:space:]]*0*$' "/proc/$pid/status" || fail 'the service has capabilities'
for series in 'kvminfo_source_active{fact="exits",source="module"}' \
	'kvminfo_source_active{fact="threads",source="taskinfo"}' \
	'kvminfo_scrape_collector_success{collector="exits"}'; do
	until_true 60 "$series" is_one "$series"
done
scrape | grep '^kvminfo_vm_info{vm="web1",'
until_true 60 'the exits of web1' above 'kvminfo_vm_userspace_switches_total{vm="web1"}' 100
[ "$(value 'kvminfo_vm_vcpus{vm="web1"}')" = 1 ] || fail 'not the vCPUs of web1'
scrape | grep "^kvminfo_exporter_build_info{.*version=\"$old\"" || fail "the service is not of version $old"

step 'the operator changes the configuration'
inside sed --in-place 's/^ARGS=.*/ARGS="--web.listen-address=127.0.0.1:9757"/' /etc/default/kvminfo-exporter
inside systemctl restart kvminfo-exporter
port=9757
configuration=$(inside md5sum /etc/default/kvminfo-exporter)
note_counters

step "dpkg --install, version $new"
install "$new"
module_is_built "$new"
[ "$(property ActiveState)" = active ] || fail 'the service is not active after the upgrade'
until_true 60 'the exits of web1 after the upgrade' above 'kvminfo_vm_userspace_switches_total{vm="web1"}' 0
scrape | grep "^kvminfo_exporter_build_info{.*version=\"$new\"" || fail "the service is not of version $new"
[ "$(inside md5sum /etc/default/kvminfo-exporter)" = "$configuration" ] || fail 'the upgrade changed the configuration'
for counter in "${counters[@]}"; do
	now=$(value "kvminfo_vm_${counter}_total{vm=\"web1\"}")
	step "$counter: ${noted[$counter]} before the upgrade, $now after it"
	[ "$now" -ge "${noted[$counter]}" ] || fail "$counter started again"
done
inside head --lines=1 /proc/kvminfo | grep " module=$old " || fail 'the module that was loaded has been replaced'
grep 'keeps its counters' "/tmp/dpkg-$new.log" || fail 'dpkg did not say that the new module waits for the next boot'

step 'dpkg --remove'
pause_vm web1
inside dpkg --remove kvminfo-exporter kvminfo-dkms
! inside systemctl cat kvminfo-exporter 2> /dev/null || fail 'the unit is left'
! inside pgrep --uid kvminfo-exporter || fail 'a process is left'
for module in kvminfo taskinfo; do
	[ ! -e "/sys/module/$module" ] || fail "$module is still loaded"
done
[ "$(inside systemctl is-active web1)" = active ] || fail 'the VM has ended'
list_files > /tmp/files-removed
step 'left as configuration:'
diff /tmp/files-before /tmp/files-removed | tee /tmp/left || true

step 'dpkg --purge'
inside dpkg --purge kvminfo-exporter kvminfo-dkms
list_files > /tmp/files-purged
diff /tmp/files-before /tmp/files-purged || fail 'dpkg --purge left the files above'
[ -z "$(inside dpkg-query --show --showformat '${db:Status-Abbrev}' 'kvminfo*' 2> /dev/null)" ] ||
	fail 'dpkg still knows the packages'
step 'done'
