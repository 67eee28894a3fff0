// Which options of QEMU take the next word, whatever it begins with, and which take none (vl.c, lookup_opt). The lists
// cover all architectures with KVM. A test compares them with the help of a QEMU.

const names = (...lines: string[]): ReadonlySet<string> => new Set(lines.flatMap((line) => line.split(' ')))

/** No version gave a value to any of them. */
export const valueless = names(
  // QEMU 7.2 (`qemu-system-x86_64 -help`)
  'S async-teardown audio-help daemonize enable-kvm enable-sync-profile full-screen h help mem-prealloc no-acpi',
  'no-fd-bootchk no-hpet no-reboot no-shutdown no-user-config nodefaults nographic only-migratable portrait',
  'preconfig s singlestep snapshot usb version win2k-hack xen-attach xen-domid-restrict',
  // QEMU 7.2 for other architectures (qemu-options.hx)
  'old-param semihosting',
  // Newer: 8.0, 8.1
  'jitdump perfmap one-insn-per-tb',
  // Older, removed by 7.2
  'alt-grab ctrl-grab curses enable-fips enable-nesting localtime no-frame no-kvm no-kvm-irqchip no-kvm-pit',
  'no-kvm-pit-reinjection no-quit nodefconfig rtc-td-hack sdl show-cursor tdf xen-create',
)

/** Each version that has the option gives it a value. */
export const valued = names(
  // QEMU 7.2 (`qemu-system-x86_64 -help`)
  'machine M cpu accel smp numa add-fd set global boot m mem-path k audio audiodev device name uuid fda fdb hda hdb hdc',
  'hdd cdrom blockdev drive mtdblock sd fsdev virtfs iscsi usbdevice display spice rotate vga vnc acpitable smbios',
  'netdev nic net chardev tpmdev bios pflash kernel append initrd dtb compat fw_cfg serial parallel monitor qmp',
  'qmp-pretty mon debugcon pidfile overcommit gdb d D dfilter seed L xen-domid action loadvm option-rom rtc icount',
  'watchdog-action echr incoming chroot runas sandbox readconfig trace plugin msg dump-vmstate object',
  // QEMU 7.2 for other architectures (qemu-options.hx)
  'g prom-env semihosting-config',
  // Newer: 8.0 to 10.1
  'run-with shim',
  // Older, removed by 7.2
  'balloon bt clock soundhw startdate tb-size virtioconsole vmchannel watchdog',
  'writeconfig redir smb tftp bootp pcidevice kvm-shadow-memory hdachs',
  // Proxmox VE's own
  'id',
)
