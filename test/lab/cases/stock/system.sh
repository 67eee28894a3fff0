# Sourced: a Debian 12 on the machine's disk, started with its own systemd as process 1 of a PID namespace. Nothing of
# the lab's root file system is visible in it. It has the lab's kernel and network, which is a loopback interface.
# shellcheck shell=bash

step() { echo "[$(cut --delimiter=. --fields=1 /proc/uptime) s] $*"; }

fail() {
	echo "${0##*/}: $1" >&2
	inside journalctl --no-pager --lines=60 >&2 || tail --lines=60 /tmp/systemd.log >&2
	exit 1
}

# A shell prepares the mounts of the namespace, then becomes its process 1.
start_debian() { # directory that is to be /packages inside
	modprobe --all virtio_blk ext4
	mkdir /debian
	mount -o noatime /dev/vda /debian
	# Those modules of the kernel that the case needs: depmod, which runs four times, takes a minute over all of them.
	cp --recursive --parents "/lib/modules/$KVMINFO_KERNEL"/modules.{order,builtin,builtin.modinfo} \
		"/lib/modules/$KVMINFO_KERNEL/kernel/arch/x86/kvm" /debian/usr
	chroot /debian depmod "$KVMINFO_KERNEL"
	mkdir -p /debian/packages /debian/dev
	mount --bind "$1" /debian/packages
	cat > /tmp/process-1 <<'END'
set -e
mount --make-rprivate /
cd /debian
mount --rbind /dev dev
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
# An emulated CPU needs minutes for what a real one does in a second.
mkdir -p run/systemd/system/kvminfo-exporter.service.d
printf '[Service]\nTimeoutStartSec=infinity\n' > run/systemd/system/kvminfo-exporter.service.d/lab.conf
mount --move . /
exec chroot . env -i container=lab /lib/systemd/systemd --system --show-status=no
END
	unshare --pid --mount --fork bash /tmp/process-1 > /tmp/systemd.log 2>&1 &
	local unshare=$!
	until debian=$(pgrep --parent "$unshare"); do sleep 0.1; done
	until_true 300 'systemd has started everything' inside sh -c 'systemctl is-system-running | grep --quiet running'
}

# Runs a command in that Debian, with the environment of root's login and nothing to answer a question with.
inside() {
	nsenter --target "$debian" --mount --pid --root --wd env -i LANG=C.UTF-8 HOME=/root TERM=linux \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@" < /dev/null
}

until_true() { # seconds, what, command
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "not in time: $what"
		sleep 1
	done
}

# As the operator types it; what dpkg says is also in /tmp/dpkg-<version>.log.
install() { # version
	pause_vm web1
	inside dpkg --install "/packages/kvminfo-exporter_$1_amd64.deb" "/packages/kvminfo-dkms_$1_all.deb" 2>&1 |
		tee "/tmp/dpkg-$1.log"
	resume_vm web1
}

property() { inside systemctl show --property "$1" --value kvminfo-exporter; }

# A VM of real QEMU, a service of that Debian. It reads its disk for ever, so that all its counters rise.
start_vm() { # name
	cp /project/test/lab/guests/readers/ide "/debian/var/tmp/$1.img"
	truncate --size=1M "/debian/var/tmp/$1.img"
	inside systemd-run --quiet --unit="$1" qemu-system-x86_64 -name "guest=$1,debug-threads=on" \
		-machine pc,accel=kvm -cpu host -m 32 -nodefaults -display none \
		-drive "file=/var/tmp/$1.img,format=raw,cache=writeback,if=ide"
}
# A VM at work takes half of the only CPU. It rests while dpkg works. Its main process alone gets the signal, because
# KVM has a thread in the unit's cgroup that is outside of this PID namespace, which systemd reports as an error.
pause_vm() { inside systemctl kill --kill-who=main --signal=STOP "$1"; }
resume_vm() { inside systemctl kill --kill-who=main --signal=CONT "$1"; }

port=9756
scrape() { curl --silent --show-error --fail --max-time 60 "http://127.0.0.1:$port/metrics"; }

# The value of one series; empty if there is none.
value() { # series
	scrape | sed --quiet "s/^$(sed 's/[][\.*^$/]/\\&/g' <<< "$1") //p"
}

is_one() { [ "$(value "$1")" = 1 ]; }
above() { [ "$(value "$1")" -gt "$2" ]; }

# Every file of the disk, with rights, owner and target, except what a Debian writes while it runs: logs, caches, the
# state of its timers, and the backups of passwd, group and dpkg's files. The key in /var/lib/dkms is DKMS's own, made at
# its first build.
list_files() {
	inside find / -xdev \( -path /tmp -o -path /var/tmp -o -path /var/log -o -path /var/cache -o -path /packages \
		-o -path /var/lib/systemd/timers \) -prune -o \
		-not -name '*-old' -not -path '/etc/*-' -not -path '/var/lib/dkms/mok.*' \
		-not -path /var/lib/systemd/random-seed -printf '%M %U:%G %p %l\n' | LC_ALL=C sort
}
