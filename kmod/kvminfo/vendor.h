/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a vCPU keeps the code of its last exit. The structures are private to
 * kvm_amd and kvm_intel, so their layout comes from the BTF of the modules that
 * are actually loaded.
 */
#ifndef VENDOR_H
#define VENDOR_H

#include <asm/svm.h>
#include <linux/kvm_host.h>

#include "kvm_exit.h"
#include "reasons.h"

/* The values of tracepoint kvm_exit (arch/x86/kvm/trace.h, not in the headers package). */
#define KVM_ISA_VMX 1
#define KVM_ISA_SVM 2

/*
 * One for each vendor, because both modules may be tried on one host: an attempt
 * to load the wrong one must not change the layout of the one in use.
 */
struct exit_layout {
	bool known;
	u32 offset;	/* in the vCPU; SVM: of a pointer to the VMCB */
};

extern struct exit_layout kvminfo_svm_exit, kvminfo_vmx_exit;

/*
 * Reason of the last exit, or -1 if exit codes cannot be read. @code is used only
 * on kernels whose tracepoint provides it.
 */
static __always_inline long kvminfo_vendor_reason(const struct kvm_vcpu *vcpu, u32 isa, u32 code)
{
	/* First, because it takes one load more. */
	if (likely(isa == KVM_ISA_SVM)) {
		if (!KVM_EXIT_GIVES_CODE) {
			const struct vmcb_control_area *vmcb;

			if (unlikely(!kvminfo_svm_exit.known))
				return -1;
			vmcb = *(void **)((void *)vcpu + kvminfo_svm_exit.offset);
			code = vmcb->exit_code;
		}
		return likely(code < NR_SVM_CODES) ? kvminfo_svm_reasons[code] : REASON_other;
	}
	if (!KVM_EXIT_GIVES_CODE) {
		if (unlikely(!kvminfo_vmx_exit.known))
			return -1;
		code = *(u16 *)((void *)vcpu + kvminfo_vmx_exit.offset);
	}
	code &= 0xffff;		/* the basic reason; flags are above it */
	return likely(code < NR_VMX_CODES) ? kvminfo_vmx_reasons[code] : REASON_other;
}

/* Whether the reasons of @isa's exits can be read; 0 means any vendor. */
bool kvminfo_vendor_reasons_known(u32 isa);

/* Learns the layouts of the vendor modules, now and whenever one is loaded. Sleeps. */
int kvminfo_vendor_start(void);
void kvminfo_vendor_stop(void);

#endif /* VENDOR_H */
