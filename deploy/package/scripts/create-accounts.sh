if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers kvminfo-exporter.conf
else
	# The same accounts as in /usr/lib/sysusers.d/kvminfo-exporter.conf.
	groupadd --system --force kvminfo
	if ! getent passwd kvminfo-exporter >/dev/null; then
		useradd --system --user-group --groups kvminfo --comment 'kvminfo exporter' \
			--home-dir / --no-create-home --shell /usr/sbin/nologin kvminfo-exporter
	fi
fi
