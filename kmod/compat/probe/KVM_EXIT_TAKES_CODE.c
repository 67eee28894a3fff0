// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoint kvm_exit before KVM_EXIT_TAKES_VCPU: (exit_reason, vcpu, isa). The
 * build probes for the old form too: if both probes fail, something else is wrong.
 */
#include <linux/kvm_host.h>

void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w);
void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w)
{
	ops->get_exit_info(vcpu, w, w, u, u);
}
