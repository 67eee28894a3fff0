# The first line of /proc/kvminfo and of /proc/taskinfo begins with the name and the format.
format='@FORMAT@'
for module in kvminfo taskinfo; do
	if [ -d "/sys/module/$module" ]; then
		loaded_format=$(head -n 1 "/proc/$module" 2>/dev/null | cut -d' ' -f2)
		if [ "${loaded_format:-$format}" = "$format" ]; then
			# Not srcversion alone: it does not cover the headers.
			loaded=$(cat "/sys/module/$module/version" "/sys/module/$module/srcversion" 2>/dev/null || true)
			if [ "$loaded" != "$(modinfo -F version "$module" && modinfo -F srcversion "$module")" ]; then
				echo "kvminfo-dkms: the $module that is loaded keeps its counters; the new one is used from the next boot."
				echo "To use it now, which sets the counters to zero: rmmod $module && modprobe $module"
			fi
			continue
		fi
		echo "kvminfo-dkms: the new exporter cannot read format $loaded_format of the $module that is loaded: replacing it"
		rmmod "$module" || continue
	fi
	if ! modprobe "$module"; then
		echo "kvminfo-dkms: the kernel did not load $module, see dmesg. If it says 'Key was rejected by service',"
		echo "Secure Boot wants the key of DKMS: mokutil --import /var/lib/dkms/mok.pub, then reboot and enrol it."
	fi
done
