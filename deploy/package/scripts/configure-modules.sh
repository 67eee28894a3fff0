if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers kvminfo-dkms.conf
else
	groupadd --system --force kvminfo
fi

# The parameter takes a number, and the group has another number on each host.
group=$(getent group kvminfo | cut -d: -f3)
cat > /etc/modprobe.d/kvminfo.conf <<END
# Written by kvminfo-dkms at each installation; your own options belong in another file.
options kvminfo group=$group
options taskinfo group=$group
END
