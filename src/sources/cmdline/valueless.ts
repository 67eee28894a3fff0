// QEMU's options without a value: the next word on the command line does not belong to them. The list covers x86 and
// the other architectures with KVM; no version gave a value to any of them. A test compares it with the help of a QEMU.

export const valueless: ReadonlySet<string> = new Set(
  [
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
  ].flatMap((line) => line.split(' ')),
)
