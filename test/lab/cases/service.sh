#!/bin/bash
# The service unit under a real systemd. As its own user and without capabilities it reads both modules' files, reports
# that it is ready, survives its watchdog, and stops when asked. systemd runs in its own PID namespace.
set -euo pipefail
export container=lab SYSTEMD_IGNORE_CHROOT=1
unit=kvminfo-exporter

fail() {
	echo "service.sh: $1" >&2
	inside systemctl status --no-pager --lines=0 "$unit" >&2 || true
	cat /tmp/systemd.log >&2
	exit 1
}
# systemd has its own /run and /proc.
inside() { nsenter --target "$systemd" --mount --pid --root --wd "$@"; }
property() { inside systemctl show --property "$1" --value "$unit"; }

mkdir -p /etc/sysusers.d /opt/kvminfo-exporter "/etc/systemd/system/$unit.service.d"
cp /project/deploy/systemd/sysusers.conf "/etc/sysusers.d/$unit.conf"
systemd-sysusers
group=$(getent group kvminfo | cut -d: -f3)
rmmod taskinfo kvminfo
insmod "$LAB_MODULES/kvminfo.ko" "group=$group"
insmod "$LAB_MODULES/taskinfo.ko" "group=$group"

mount --rbind /project /opt/kvminfo-exporter
cp "/project/deploy/systemd/$unit.service" /etc/systemd/system/
cp /project/deploy/systemd/from-clone.conf "/etc/systemd/system/$unit.service.d/"
# There is no network to wait for, no udev and no journal. An emulated CPU takes minutes for what takes a real one a
# second.
sed -i '/network-online/d' "/etc/systemd/system/$unit.service"
cat > "/etc/systemd/system/$unit.service.d/lab.conf" <<'END'
[Unit]
DefaultDependencies=no
[Service]
TimeoutStartSec=infinity
WatchdogSec=20
END
cat > /etc/systemd/system/lab.target <<END
[Unit]
DefaultDependencies=no
Requires=$unit.service
END

rm -rf /run/systemd
unshare --pid --mount --fork --mount-proc /lib/systemd/systemd --system --unit=lab.target --log-target=console \
	--default-standard-output=inherit --default-standard-error=inherit --show-status=no > /tmp/systemd.log 2>&1 &
unshare=$!
until systemd=$(pgrep --parent "$unshare"); do sleep 0.1; done

for ((second = 0; second < 400; second++)); do
	[ "$(property ActiveState 2>/dev/null)" = active ] && break
	[ "$(property NRestarts 2>/dev/null || echo 0)" = 0 ] || fail 'the service ended before it was ready'
	sleep 1
done
[ "$(property ActiveState)" = active ] || fail 'the service was not ready in time'

metrics=$(curl --silent --show-error --fail http://127.0.0.1:9756/metrics)
for line in 'kvminfo_source_active{fact="exits",source="module"} 1' \
	'kvminfo_source_active{fact="threads",source="taskinfo"} 1' \
	'kvminfo_scrape_collector_success{collector="exits"} 1'; do
	grep --quiet --fixed-strings --line-regexp "$line" <<< "$metrics" || fail "the metrics lack '$line'"
done
pid=$(property MainPID)
inside grep --quiet '^CapEff:[[:space:]]*0000000000000000$' "/proc/$pid/status" ||
	fail 'the service has capabilities'
inside grep --quiet --text heap-growing-percent "/proc/$pid/cmdline" || fail 'the heap limits are not set'
inside grep --quiet --text MALLOC_ARENA_MAX=1 "/proc/$pid/environ" || fail 'MALLOC_ARENA_MAX=1 is not set'

# Waits longer than WatchdogSec; the service must still be the same process.
sleep 25
[ "$(property MainPID) $(property NRestarts) $(property ActiveState)" = "$pid 0 active" ] || fail 'the watchdog ended the service'

inside systemctl stop "$unit"
[ "$(property Result) $(property ExecMainStatus)" = 'success 0' ] || fail 'the service did not stop cleanly'
echo 'service.sh: ready, reads both modules as its own user, survives its watchdog, stops'
