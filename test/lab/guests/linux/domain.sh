# Sourced by start: prints the Linux guest as domain XML for libvirt, from the same variables.

domain() {
	cat <<END
<domain type='kvm'>
  <name>$name</name>
  <memory unit='MiB'>$mib</memory>
  <vcpu>$vcpus</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>/lab/kernel/vmlinux</kernel>
    <initrd>/lab/guests/initrd</initrd>
    <cmdline>$append</cmdline>
  </os>
  <features><acpi/><apic/></features>
  <cpu mode='host-passthrough'/>
  <devices>
$(domain_disk)
$(domain_nic)
    <serial type='file'><source path='$console'/></serial>
  </devices>
</domain>
END
}

domain_disk() {
	case $disk in
	none) return ;;
	ide) target=hda ;;
	virtio) target=vda ;;
	esac
	cat <<END
    <disk type='file' device='disk'>
      <driver name='qemu' type='$format' cache='$cache'/>
      <source file='$image'/>
      <target dev='$target' bus='$disk'/>
    </disk>
END
}

domain_nic() {
	case $nic in
	none) ;;
	tap) echo "    <interface type='ethernet'><model type='virtio'/><driver name='qemu'/></interface>" ;;
	vhost) echo "    <interface type='ethernet'><model type='virtio'/><driver name='vhost'/></interface>" ;;
	*) echo "    <interface type='user'><model type='$nic'/></interface>" ;;
	esac
}
