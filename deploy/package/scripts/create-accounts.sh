if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers kvminfo-exporter.conf kvminfo-remediation.conf
else
	# The same accounts as in /usr/lib/sysusers.d/kvminfo-exporter.conf and kvminfo-remediation.conf.
	groupadd --system --force kvminfo
	account() {
		getent passwd "$1" >/dev/null || useradd --system --user-group --groups kvminfo --comment "$2" \
			--home-dir / --no-create-home --shell /usr/sbin/nologin "$1"
	}
	account kvminfo-exporter 'kvminfo exporter'
	account kvminfo-remediate 'kvminfo remediation'
	account kvminfo-actuate 'kvminfo actuator'
fi
if command -v systemd-tmpfiles >/dev/null; then
	systemd-tmpfiles --create kvminfo-remediation.conf || true
fi
