/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters and what they belong to: one slot per vCPU thread, one row per VM.
 *
 * Only its own thread writes a slot, in the probes. Counting therefore needs no
 * lock, no atomic operation and no cache line that another CPU writes. A row is a
 * process (thread group) with at least one thread that ran a guest. It holds the
 * slots of its living threads and the sums of those that ended.
 *
 * Identity. A row belongs to a signal_struct, which represents the thread group:
 * it lives until its last thread is gone, and it stays when a thread other than
 * the leader calls execve() and takes over the leader's pid and start time. So a
 * reused pid gets a new row, but execve() does not: the new program's VMs would
 * add to the same row. (An old VM cannot continue, because KVM_RUN requires the
 * mm that created it.) For the same reason a child that inherited the descriptors
 * cannot run the VM. A child that shares the mm (vfork) can, and has its own row.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include <asm/local64.h>
#include <linux/hashtable.h>
#include <linux/llist.h>
#include <linux/sched.h>

#include "devices.h"
#include "probe-context.h"
#include "reasons.h"
#include "user-reasons.h"

/*
 * A count by reason is followed by the time by that reason, in ticks of clock.h,
 * because both are used for the same exit. The totals are not counted, but added
 * up when the file is read.
 */
enum counter {
	N_REASON,		/* + enum reason: exits, time in KVM without halts */
	N_USER = N_REASON + NR_REASONS,		/* + enum user_reason: hand-overs or requests, time */
	N_SIGNAL = N_USER + NR_USER_REASONS,
	N_HALT_NS,
	NR_SLOT_COUNTERS,
	N_VM_SWITCH = NR_SLOT_COUNTERS,		/* a slot's is vm_switches */
	NR_COUNTERS,
};

/*
 * What a vCPU thread is doing: the counter of the reason for it; the next counter
 * gets the time when the phase ends. Below N_USER, an exit has not been resolved
 * yet; from there on, it was handed to user space.
 */
enum phase {
	PHASE_NONE = NR_COUNTERS,	/* in the guest; or in user space after a signal */
};

struct kvm_vcpu;
struct row;

struct slot {
	/* Cache line 1: every exit. */
	struct hlist_node by_task;
	const struct task_struct *task;
	u64 since;			/* when the phase began, in ticks */
	unsigned long phase;
	const struct kvm_vcpu *vcpu;	/* of the last exit */
	u64 *device_ticks;		/* where to add the time after a hand-over, or NULL */
	local64_t vm_switches;
	local64_t n[NR_SLOT_COUNTERS];	/* a count and its time are in one cache line */

	/* Rarely used. */
	u64 start_ns;			/* of the thread, since boot */
	struct row *row;
	struct list_head in_row;
	struct llist_node dead;
	struct pid *pid;		/* the thread's */
	int vcpu_id;			/* of the first vCPU it ran */
	const void *io_exits_of;	/* the vCPU whose io_exits was read; see probes.c */
	u64 io_exits;

	struct devices devices;		/* last; missing without devices_on */
};

/* A thousand VMs with 16 vCPUs each make chains of two. 64 KiB. */
#define SLOT_HASH_BITS 13
extern struct hlist_head kvminfo_slots_by_task[1 << SLOT_HASH_BITS];

/* The slot of the running thread, or NULL. To be called in a probe. */
static __always_inline struct slot *kvminfo_slot_find(void)
{
	struct hlist_head *chain = &kvminfo_slots_by_task[hash_ptr(current, SLOT_HASH_BITS)];
	struct slot *slot;

	hlist_for_each_entry_rcu(slot, chain, by_task, probe_context())
		if (likely(slot->task == current))
			return slot;
	return NULL;
}

/*
 * Adds all counters of a slot to @sum. An exit that ended in a return for a request
 * was handled in KVM, so it is added to N_VM_SWITCH, and a request keeps only its
 * time.
 */
void kvminfo_slot_add(const struct slot *slot, u64 *sum);

/*
 * Creates the slot of the running thread. Returns NULL and counts the exit as lost
 * if the pool is empty or if @isa is unknown; in the latter case the tracepoint's
 * arguments are not what we expect.
 */
struct slot *kvminfo_slot_create(u32 isa, const struct kvm_vcpu *vcpu);

/* Counts a return of KVM_RUN for a signal in a thread without a slot: in the row, or as lost. */
void kvminfo_row_count_signal(void);

/* The running thread ends: keeps its counts in the row. Called in sched_process_exit. */
void kvminfo_slot_end(void);

u64 kvminfo_slots_lost(void);		/* exits and signals that were not counted */
u32 kvminfo_slots_isa(void);		/* KVM_ISA_* of the first exit, 0 if none yet */

/* @devices: whether to count device accesses. */
int kvminfo_slots_init(bool devices);
void kvminfo_slots_destroy(void);	/* call when no probe runs any more */

#endif /* SLOTS_H */
