// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the kernel that its TSC runs at a constant rate. Under PREEMPT_RT, KVM will not load without (arch/x86/kvm/
 * x86.c, kvm_x86_vendor_init), and QEMU's emulated CPUs cannot say so themselves. Only for the lab: its guests keep no
 * time that a test looks at. By then Linux has judged its TSCs: what it shall think of them is in qemu.ts.
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
