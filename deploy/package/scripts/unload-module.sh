# Fails as long as somebody has the file open, which a scrape has for milliseconds.
unload() {
	for attempt in 1 2 3 4 5; do
		[ -d "/sys/module/$1" ] || return 0
		rmmod "$1" 2>/dev/null && return 0
		sleep 0.2
	done
	echo "kvminfo-dkms: cannot unload $1, because /proc/$1 is in use; it is gone after the next boot"
}
