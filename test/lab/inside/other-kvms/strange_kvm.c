// SPDX-License-Identifier: GPL-2.0-only
/*
 * A KVM like one that kvminfo may meet in a future kernel: it has all the tracepoints, but kvm_exit names an unknown
 * vendor and passes an invalid pointer. Loading the module fires kvm_exit three times.
 */
#include <linux/module.h>
#include <linux/tracepoint.h>
#include <linux/version.h>

struct kvm_vcpu;

/* Since 6.16, DECLARE_TRACE() changes the name. */
#ifndef DECLARE_TRACE_EVENT
#define DECLARE_TRACE_EVENT DECLARE_TRACE
#endif

/* Before 5.16, the first argument is the exit code. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 16, 0)
#define EXIT_PROTO TP_PROTO(unsigned int code, struct kvm_vcpu *vcpu, u32 isa)
#define EXIT_ARGS TP_ARGS(code, vcpu, isa)
#define trace_strange_exit(vcpu, isa) trace_kvm_exit(0, vcpu, isa)
#else
#define EXIT_PROTO TP_PROTO(struct kvm_vcpu *vcpu, u32 isa)
#define EXIT_ARGS TP_ARGS(vcpu, isa)
#define trace_strange_exit(vcpu, isa) trace_kvm_exit(vcpu, isa)
#endif

DECLARE_TRACE_EVENT(kvm_exit, EXIT_PROTO, EXIT_ARGS);
DEFINE_TRACE(kvm_exit, EXIT_PROTO, EXIT_ARGS);
DECLARE_TRACE_EVENT(kvm_entry, TP_PROTO(struct kvm_vcpu *vcpu), TP_ARGS(vcpu));
DEFINE_TRACE(kvm_entry, TP_PROTO(struct kvm_vcpu *vcpu), TP_ARGS(vcpu));
DECLARE_TRACE_EVENT(kvm_userspace_exit, TP_PROTO(u32 reason, int err), TP_ARGS(reason, err));
DEFINE_TRACE(kvm_userspace_exit, TP_PROTO(u32 reason, int err), TP_ARGS(reason, err));
DECLARE_TRACE_EVENT(kvm_vcpu_wakeup, TP_PROTO(u64 ns, bool waited, bool valid), TP_ARGS(ns, waited, valid));
DEFINE_TRACE(kvm_vcpu_wakeup, TP_PROTO(u64 ns, bool waited, bool valid), TP_ARGS(ns, waited, valid));

/* Not in init memory, in which older kernels do not switch tracepoints on. */
static noinline void exit_three_times(void)
{
	int i;

	for (i = 0; i < 3; i++)
		trace_strange_exit((void *)1, 77);
}

static int __init strange_kvm_init(void)
{
	exit_three_times();
	return 0;
}
module_init(strange_kvm_init);

static void __exit strange_kvm_exit(void)
{
}
module_exit(strange_kvm_exit);

MODULE_DESCRIPTION("A KVM whose exits cannot be interpreted");
MODULE_LICENSE("GPL");
