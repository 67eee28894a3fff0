// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only table of exit codes: AMD64 Architecture Programmer's Manual, volume
 * 2, appendix C; Intel Software Developer's Manual, volume 3, appendix C. The
 * codes are numbers because older kernels lack names for some of them. A code
 * that is not listed is REASON_other.
 */
#include <linux/kernel.h>

#include "reasons.h"

const char *const kvminfo_reason_name[NR_REASONS] = {
#define R(name) [REASON_##name] = #name,
	REASONS(R)
#undef R
};

static_assert(NR_REASONS <= U8_MAX);

const u8 kvminfo_svm_reasons[NR_SVM_CODES] = {
	[0x000 ... 0x01f] = REASON_cr_access,		/* read, write CR0-15 */
	[0x020 ... 0x03f] = REASON_dr_access,		/* read, write DR0-15 */
	[0x040 ... 0x05f] = REASON_exception,		/* vectors 0-31 */
	[0x060] = REASON_external_interrupt,
	[0x061] = REASON_nmi,
	[0x062] = REASON_smi,
	[0x063] = REASON_init,
	[0x064] = REASON_interrupt_window,		/* VINTR */
	[0x065] = REASON_cr_access,			/* CR0 selective write */
	[0x066 ... 0x06d] = REASON_descriptor_table,
	[0x06e] = REASON_rdtsc,
	[0x06f] = REASON_rdpmc,
	[0x070 ... 0x071] = REASON_pushf_popf,
	[0x072] = REASON_cpuid,
	[0x073] = REASON_rsm,
	[0x074] = REASON_iret,
	[0x075] = REASON_swint,
	[0x076] = REASON_invd,
	[0x077] = REASON_pause,
	[0x078] = REASON_hlt,
	[0x079] = REASON_invlpg,
	[0x07a] = REASON_nested,			/* INVLPGA */
	[0x07b] = REASON_io,
	[0x07c] = REASON_msr,
	[0x07d] = REASON_task_switch,
	[0x07e] = REASON_ferr_freeze,
	[0x07f] = REASON_triple_fault,			/* shutdown */
	[0x080] = REASON_nested,			/* VMRUN */
	[0x081] = REASON_hypercall,			/* VMMCALL */
	[0x082 ... 0x086] = REASON_nested,		/* VMLOAD ... SKINIT */
	[0x087] = REASON_rdtsc,				/* RDTSCP */
	[0x089] = REASON_wbinvd,
	[0x08a ... 0x08c] = REASON_mwait,		/* MONITOR, MWAIT */
	[0x08d] = REASON_xsetbv,
	[0x08e] = REASON_rdpmc,				/* RDPRU */
	[0x08f] = REASON_msr,				/* EFER write trap */
	[0x090 ... 0x09f] = REASON_cr_access,		/* CR0-15 write trap */
	[0x0a2] = REASON_invpcid,
	[0x0a5] = REASON_bus_lock,
	[0x0a6] = REASON_hlt,				/* idle HLT */
	[0x400] = REASON_page_fault,
	[0x401 ... 0x402] = REASON_apic,		/* AVIC */
	[0x403] = REASON_vmgexit,
};

/*
 * VMX code 0 is "exception or NMI", so exception_num includes both on VMX, like
 * the thesis's counter in handle_exception().
 */
const u8 kvminfo_vmx_reasons[NR_VMX_CODES] = {
	[0] = REASON_exception,
	[1] = REASON_external_interrupt,
	[2] = REASON_triple_fault,
	[3] = REASON_init,				/* INIT signal */
	[4] = REASON_init,				/* start-up IPI */
	[5 ... 6] = REASON_smi,
	[7] = REASON_interrupt_window,
	[8] = REASON_nmi_window,
	[9] = REASON_task_switch,
	[10] = REASON_cpuid,
	[12] = REASON_hlt,
	[13] = REASON_invd,
	[14] = REASON_invlpg,
	[15] = REASON_rdpmc,
	[16] = REASON_rdtsc,
	[17] = REASON_rsm,
	[18] = REASON_hypercall,			/* VMCALL */
	[19 ... 27] = REASON_nested,			/* VMCLEAR ... VMXON */
	[28] = REASON_cr_access,
	[29] = REASON_dr_access,
	[30] = REASON_io,
	[31 ... 32] = REASON_msr,
	[33 ... 34] = REASON_entry_failure,		/* guest state, MSR load */
	[36] = REASON_mwait,
	[39] = REASON_mwait,				/* MONITOR */
	[40] = REASON_pause,
	[41] = REASON_entry_failure,			/* machine check */
	[43] = REASON_tpr_below_threshold,
	[44] = REASON_apic,				/* APIC access */
	[45] = REASON_eoi_induced,
	[46 ... 47] = REASON_descriptor_table,
	[48] = REASON_page_fault,			/* EPT violation */
	[49] = REASON_mmio,				/* EPT misconfiguration */
	[50] = REASON_nested,				/* INVEPT */
	[51] = REASON_rdtsc,				/* RDTSCP */
	[52] = REASON_preemption_timer,
	[53] = REASON_nested,				/* INVVPID */
	[54] = REASON_wbinvd,
	[55] = REASON_xsetbv,
	[56] = REASON_apic,				/* APIC write */
	[57] = REASON_rdrand,
	[58] = REASON_invpcid,
	[59] = REASON_nested,				/* VMFUNC */
	[60] = REASON_sgx,
	[61] = REASON_rdseed,
	[62] = REASON_pml_full,
	[74] = REASON_bus_lock,
	[75] = REASON_notify,
	[77] = REASON_tdcall,
	[84 ... 85] = REASON_msr,			/* immediate forms */
};
