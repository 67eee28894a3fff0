/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is counted, and for whom: one slot per vCPU thread, one row per VM.
 *
 * A slot is written by its own thread alone, in the probes, so counting takes
 * no lock, no atomic operation and no cache line that another CPU writes. A row
 * is a process (thread group) with at least one thread that ran a guest; it
 * holds the slots of its living threads and the sums of those that ended.
 *
 * Identity. A row belongs to a signal_struct, which is the thread group: it
 * lives until its last thread is gone, and it stays when a thread other than
 * the leader calls execve() and takes over the leader's pid and start time. So
 * a reused pid is a new row, and execve() is none: the new program's VMs would
 * add to the row (an old VM cannot run on, KVM_RUN wants the mm that made it).
 * A child that inherited the descriptors cannot run the VM either, for the same
 * reason; one that shares the mm (vfork) can and is a row of its own.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include <asm/local64.h>
#include <linux/hashtable.h>
#include <linux/llist.h>
#include <linux/sched.h>

#include "reasons.h"

/* In the order of use: with the slot's head, an exit touches two cache lines. */
enum counter {
	N_VM_SWITCH,
	N_KVM_TIME,		/* times in ticks of clock.h; halts are taken off */
	N_QEMU_SWITCH,
	N_USER_TIME,
	N_SIGNAL,
	N_HALT_NS,
	N_REASON,		/* + enum reason */
	NR_COUNTERS = N_REASON + NR_REASONS,
};

enum phase {
	PHASE_NONE,		/* in the guest; or in user space after a signal */
	PHASE_KVM,		/* an exit has not been resolved yet */
	PHASE_USER,		/* handed over to user space */
};

struct kvm_vcpu;
struct row;

struct slot {
	/* Cache line 1: every exit. */
	struct hlist_node by_task;
	const struct task_struct *task;
	u64 since;			/* when the phase began, in ticks */
	unsigned long phase;
	local64_t n[NR_COUNTERS];

	/* Rarely used. */
	struct row *row;
	struct list_head in_row;
	struct llist_node dead;
	struct pid *pid;		/* the thread's */
	int vcpu_id;			/* of the vCPU it ran first */
	const void *vcpu;		/* whose io_exits was seen; see probes.c */
	u64 io_exits;
};

/* A thousand VMs of 16 vCPUs make chains of two. 64 KiB. */
#define SLOT_HASH_BITS 13
extern struct hlist_head slots_by_task[1 << SLOT_HASH_BITS];

/* The slot of the running thread, or NULL. In a probe. */
static __always_inline struct slot *slot_find(void)
{
	struct hlist_head *chain = &slots_by_task[hash_ptr(current, SLOT_HASH_BITS)];
	struct slot *slot;

	hlist_for_each_entry_rcu(slot, chain, by_task, rcu_read_lock_sched_held())
		if (likely(slot->task == current))
			return slot;
	return NULL;
}

/*
 * The same for a thread without one. NULL, and the exit is lost, if the pool is
 * empty or @isa is none that there is: then the arguments are not what they seem.
 */
struct slot *slot_create(u32 isa, const struct kvm_vcpu *vcpu);

/* KVM_RUN of a thread without a slot returned for a signal: counted in the row, or as lost. */
void row_count_signal(void);

/* The running thread ends: keep its counts in the row. In sched_process_exit. */
void slot_end(void);

u64 slots_lost(void);		/* exits and signals that were not counted */
u32 slots_isa(void);		/* KVM_ISA_* of the first exit, 0 if none yet */

int slots_init(void);
void slots_destroy(void);	/* when no probe runs any more */

#endif /* SLOTS_H */
