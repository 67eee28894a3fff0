// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tracepoint kvm_exit as it was before KVM_EXIT_TAKES_VCPU: (exit_reason, vcpu,
 * isa). Probed too, so that a probe which fails for any other reason is noticed.
 */
#include <linux/kvm_host.h>

void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w);
void probe(struct kvm_x86_ops *ops, struct kvm_vcpu *vcpu, u32 *u, u64 *w)
{
	ops->get_exit_info(vcpu, w, w, u, u);
}
