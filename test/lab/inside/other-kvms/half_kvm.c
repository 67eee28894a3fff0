// SPDX-License-Identifier: GPL-2.0-only
/*
 * A KVM as kvminfo may meet one in a kernel to come: it has tracepoint kvm_exit and none of the others. Only the
 * tracepoint, which nothing ever passes.
 */
#include <linux/module.h>
#include <linux/tracepoint.h>

struct kvm_vcpu;

DECLARE_TRACE(kvm_exit, TP_PROTO(struct kvm_vcpu *vcpu, u32 isa), TP_ARGS(vcpu, isa));
DEFINE_TRACE(kvm_exit, TP_PROTO(struct kvm_vcpu *vcpu, u32 isa), TP_ARGS(vcpu, isa));

MODULE_DESCRIPTION("A KVM that lacks tracepoints");
MODULE_LICENSE("GPL");
