// SPDX-License-Identifier: GPL-2.0-only
/*
 * A KVM like one that kvminfo may meet in a future kernel: of its tracepoints it has only kvm_exit. The module contains
 * nothing but the tracepoint, which never fires.
 */
#include <linux/module.h>
#include <linux/tracepoint.h>

struct kvm_vcpu;

/* Since 6.16, DECLARE_TRACE() changes the name. */
#ifndef DECLARE_TRACE_EVENT
#define DECLARE_TRACE_EVENT DECLARE_TRACE
#endif

DECLARE_TRACE_EVENT(kvm_exit, TP_PROTO(struct kvm_vcpu *vcpu, u32 isa), TP_ARGS(vcpu, isa));
DEFINE_TRACE(kvm_exit, TP_PROTO(struct kvm_vcpu *vcpu, u32 isa), TP_ARGS(vcpu, isa));

MODULE_DESCRIPTION("A KVM that lacks tracepoints");
MODULE_LICENSE("GPL");
