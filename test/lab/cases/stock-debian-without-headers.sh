#!/bin/bash
# The packages on a Debian 12 that lacks the headers of its kernel, so that DKMS cannot build the modules: dpkg -i works
# all the same and says what is missing, and the exporter runs without the modules.
# $1: directory with the packages, $2: their version.
set -euo pipefail
packages=$1 version=$2
. "$(dirname "$0")/stock/system.sh"

step 'Debian 12 starts'
start_debian "$packages"
start_vm web1
inside dpkg --remove "linux-headers-$KVMINFO_KERNEL"

step 'dpkg --install'
install "$version"
grep --quiet "apt-get install linux-headers-$KVMINFO_KERNEL" "/tmp/dpkg-$version.log" ||
	fail 'dpkg did not say that the headers are missing'
[ "$(inside dpkg-query --show --showformat '${db:Status-Abbrev}' kvminfo-exporter kvminfo-dkms)" = 'ii ii ' ] ||
	fail 'the packages are not installed'

step 'the service, without the modules'
[ "$(property ActiveState)" = active ] || fail 'the service is not active after dpkg has ended'
for series in 'kvminfo_source_active{fact="threads",source="procfs"}' kvminfo_up; do
	until_true 60 "$series" is_one "$series"
done
scrape | grep '^kvminfo_vm_info{vm="web1",'
[ -z "$(value 'kvminfo_source_active{fact="exits",source="module"}' | grep 1)" ] || fail 'there is a module'
# The journal says what to do.
until_true 30 'a remedy in the journal' sh -c "$(declare -f inside); debian=$debian; inside journalctl --unit kvminfo-exporter | grep kvminfo-dkms"
inside journalctl --no-pager --output=cat --unit kvminfo-exporter | grep 'source=module'

step 'the drop-in that lets it read debugfs'
inside install -D --mode=644 /usr/share/doc/kvminfo-exporter/examples/systemd/read-all-files.conf \
	/etc/systemd/system/kvminfo-exporter.service.d/read-all-files.conf
inside systemctl daemon-reload
inside systemctl restart kvminfo-exporter
until_true 60 'exits from debugfs' is_one 'kvminfo_source_active{fact="exits",source="debugfs"}'
# No more than that: debugfs names a VM by its process number on the machine, and this Debian, in its PID namespace, has
# other numbers. cases/fallback.ts has the counters.

step 'dpkg --purge'
inside dpkg --purge kvminfo-exporter kvminfo-dkms
step 'done'
