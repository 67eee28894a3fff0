/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the reasons for which KVM_RUN returns: KVM_EXIT_* of <linux/kvm.h>. */
#ifndef USER_REASONS_H
#define USER_REASONS_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * U(name, code): those that KVM can give on x86. The codes are numbers because
 * older headers lack the names of newer ones; Documentation/virt/kvm/api.rst. The
 * names are part of the format (include/abi.h, column "user_reasons"): never
 * reuse or rename one.
 */
#define USER_REASONS(U) \
	U(unknown, 0) \
	U(exception, 1) \
	U(io, 2)		/* port I/O; see also devices.h */ \
	U(hypercall, 3) \
	U(debug, 4) \
	U(hlt, 5)		/* without an interrupt controller in KVM */ \
	U(mmio, 6)		/* see also devices.h */ \
	U(shutdown, 8) \
	U(fail_entry, 9) \
	U(intr, 10) \
	U(set_tpr, 11) \
	U(tpr_access, 12) \
	U(nmi, 16) \
	U(internal_error, 17) \
	U(system_event, 24) \
	U(hyperv, 27) \
	U(x86_rdmsr, 29) \
	U(x86_wrmsr, 30) \
	U(dirty_ring_full, 31) \
	U(ap_reset_hold, 32) \
	U(x86_bus_lock, 33) \
	U(xen, 34) \
	U(notify, 37) \
	U(memory_fault, 39) \
	U(tdx, 40) \
	U(snp_req_certs, 43) \
	/* From here on, KVM returns for a request, after it has handled the last exit. */ \
	U(irq_window_open, 7) \
	U(ioapic_eoi, 26)

/* Each is the index of a count, from N_USER on; the next one that of the time; see slots.h. */
enum user_reason {
	USER_other,		/* a code without a name above, or KVM_RUN failed */
	USER_other_TIME,
#define U(name, code) USER_##name, USER_##name##_TIME,
	USER_REASONS(U)
#undef U
	NR_USER_REASONS,
	USER_REQUESTS = USER_irq_window_open,
};

extern const char *const kvminfo_user_reason_name[NR_USER_REASONS];

#define NR_USER_CODES 44

/* enum user_reason of each code; higher codes are USER_other. */
extern const u8 kvminfo_user_reasons[NR_USER_CODES];

/* @code may be any number: user space can write it. */
static __always_inline enum user_reason kvminfo_user_reason(u32 code)
{
	return likely(code < NR_USER_CODES) ? kvminfo_user_reasons[code] : USER_other;
}

#endif /* USER_REASONS_H */
