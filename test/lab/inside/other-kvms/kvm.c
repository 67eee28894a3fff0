// SPDX-License-Identifier: GPL-2.0-only
/*
 * A KVM like one that kvminfo may meet in a future kernel: it has none of the tracepoints. kvminfo knows it by its name.
 */
#include <linux/module.h>
#include <linux/tracepoint.h>

/* Since 6.16, DECLARE_TRACE() changes the name. */
#ifndef DECLARE_TRACE_EVENT
#define DECLARE_TRACE_EVENT DECLARE_TRACE
#endif

DECLARE_TRACE_EVENT(kvm_other, TP_PROTO(u32 something), TP_ARGS(something));
DEFINE_TRACE(kvm_other, TP_PROTO(u32 something), TP_ARGS(something));

MODULE_DESCRIPTION("A KVM without the tracepoints of kvminfo");
MODULE_LICENSE("GPL");
