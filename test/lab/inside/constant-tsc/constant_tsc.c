// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the kernel that its TSC runs at a constant rate. Under PREEMPT_RT, KVM does not load without that flag
 * (arch/x86/kvm/x86.c, kvm_x86_vendor_init), and QEMU's emulated CPUs cannot set it. For the lab only, where no test
 * checks the time that a guest keeps. When this loads, Linux has already decided whether it trusts its TSCs; qemu.ts
 * sets that (trustedTsc).
 */
#include <linux/module.h>
#include <asm/cpufeature.h>

static int __init constant_tsc_init(void)
{
	set_cpu_cap(&boot_cpu_data, X86_FEATURE_CONSTANT_TSC);
	return 0;
}
module_init(constant_tsc_init);

MODULE_DESCRIPTION("Lets KVM load on an emulated CPU under PREEMPT_RT");
MODULE_LICENSE("GPL");
