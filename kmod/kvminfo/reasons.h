/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of exit reasons. SVM and VMX share a name if it means the same on both. */
#ifndef REASONS_H
#define REASONS_H

#include <linux/types.h>

/*
 * To add one, add a line here and its codes to reasons.c. The names are part of
 * the format (include/abi.h, column "reasons"): never reuse or rename one.
 */
#define REASONS(R) \
	R(other)		/* a code without a name below */ \
	R(io)			/* port I/O instruction */ \
	R(exception)		/* guest exception; on VMX an NMI too */ \
	R(external_interrupt)	/* host interrupt while the guest ran */ \
	R(page_fault)		/* nested page fault, EPT violation */ \
	R(mmio)			/* EPT misconfiguration; SVM reports page_fault */ \
	R(hlt) \
	R(msr)			/* RDMSR, WRMSR; SVM has one code for both */ \
	R(interrupt_window)	/* guest is ready for an interrupt */ \
	R(nmi)			/* SVM; VMX reports exception */ \
	R(nmi_window) \
	R(cr_access) \
	R(dr_access) \
	R(cpuid) \
	R(pause) \
	R(hypercall)		/* VMCALL, VMMCALL */ \
	R(preemption_timer) \
	R(apic)			/* APIC access, APIC write, AVIC */ \
	R(eoi_induced) \
	R(tpr_below_threshold) \
	R(wbinvd) \
	R(invd) \
	R(invlpg) \
	R(invpcid) \
	R(rdtsc) \
	R(rdpmc) \
	R(rdrand) \
	R(rdseed) \
	R(xsetbv) \
	R(mwait)		/* MWAIT, MONITOR */ \
	R(descriptor_table)	/* access to GDTR, IDTR, LDTR or TR */ \
	R(task_switch) \
	R(triple_fault)		/* SVM: shutdown */ \
	R(init) \
	R(smi) \
	R(rsm) \
	R(nested)		/* the guest's own VMX or SVM instructions */ \
	R(bus_lock) \
	R(notify) \
	R(pml_full) \
	R(entry_failure) \
	R(sgx)			/* ENCLS */ \
	R(tdcall)		/* TDX guest call */ \
	R(vmgexit)		/* SEV-ES guest call */ \
	R(iret) \
	R(pushf_popf) \
	R(swint)		/* INTn */ \
	R(ferr_freeze)

/* Each is the index of a count, and the one behind it that of the time; see slots.h. */
enum reason {
#define R(name) REASON_##name, REASON_##name##_TIME,
	REASONS(R)
#undef R
	NR_REASONS,
};

extern const char *const kvminfo_reason_name[NR_REASONS];

/* enum reason of each exit code of a vendor; higher codes are REASON_other. */
#define NR_SVM_CODES 0x404
#define NR_VMX_CODES 86

extern const u8 kvminfo_svm_reasons[NR_SVM_CODES], kvminfo_vmx_reasons[NR_VMX_CODES];

#endif /* REASONS_H */
