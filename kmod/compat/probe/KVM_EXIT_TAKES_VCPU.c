// SPDX-License-Identifier: GPL-2.0-only
/*
 * Since 5.16 (0a62a0319abb "KVM: x86: Get exit_reason as part of
 * kvm_x86_ops.get_exit_info") tracepoint kvm_exit is (vcpu, isa); it was
 * (exit_reason, vcpu, isa). The same commit gave get_exit_info() its reason
 * argument, which, unlike the tracepoint, the installed headers show.
 */
#include <linux/kvm_host.h>

void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w);
void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w)
{
	ops->get_exit_info(vcpu, u, w, w, u, u);
}
