// SPDX-License-Identifier: GPL-2.0-only
/*
 * Since 5.16 (0a62a0319abb "KVM: x86: Get exit_reason as part of
 * kvm_x86_ops.get_exit_info") tracepoint kvm_exit takes (vcpu, isa); before, it
 * took (exit_reason, vcpu, isa). The same commit added the reason argument to
 * get_exit_info(). The probe checks that function because the installed headers
 * declare it, but not the tracepoint.
 */
#include <linux/kvm_host.h>

void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w);
void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w)
{
	ops->get_exit_info(vcpu, u, w, w, u, u);
}
