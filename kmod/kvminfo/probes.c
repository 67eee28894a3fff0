// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probes: what happens at a vCPU thread's exits, entries, halts and returns
 * to user space. They run in the thread itself, most with interrupts off.
 *
 * The cycle of a vCPU thread in KVM_RUN; {} is the slot's phase:
 *
 *   kvm_entry {NONE} guest kvm_exit {KVM} -- KVM handles it -- kvm_entry ...
 *                                   {KVM} -- kvm_userspace_exit {USER} --
 *                                            user space, KVM_RUN -- kvm_entry ...
 *
 * An exit counts as kvm_vm_switch or kvm_qemu_switch only when the next event
 * shows which of the two it is, so neither counter ever has to be decreased. That
 * event is the next entry (the next exit, if entries are not probed) or the return
 * to user space.
 */
#include <linux/kvm_host.h>
#include <linux/sched.h>

#include "clock.h"
#include "probes.h"
#include "slots.h"
#include "vendor.h"

static __always_inline void count(struct slot *slot, unsigned long counter)
{
	local64_inc(&slot->n[counter]);
}

static __always_inline bool in_kvm(const struct slot *slot)
{
	return slot->phase < N_USER;
}

static __always_inline bool in_user(const struct slot *slot)
{
	return slot->phase >= N_USER && slot->phase != PHASE_NONE;
}

/*
 * Adds the time of the phase that ends. The TSCs of two CPUs may differ by a few
 * ticks: never add a negative time.
 */
static __always_inline void count_time(struct slot *slot, u64 now)
{
	s64 ticks = now - slot->since;

	if (likely(ticks > 0))
		local64_add(ticks, &slot->n[slot->phase + 1]);
}

static __always_inline void count_user_time(struct slot *slot, u64 now)
{
	s64 ticks = now - slot->since;

	if (unlikely(ticks <= 0))
		return;
	local64_add(ticks, &slot->n[slot->phase + 1]);
	if (static_branch_unlikely(&kvminfo_devices_on) && slot->device_ticks)
		WRITE_ONCE(*slot->device_ticks, *slot->device_ticks + ticks);
}

/*
 * Without exit codes, port I/O exits come from KVM's own statistic. KVM counts
 * an exit after this probe has seen it, so io_num lags by one. The statistic
 * decreases if it is reset through debugfs, or if a new vCPU is allocated at the
 * address of an old one.
 */
static noinline notrace void count_io_by_stat(struct slot *slot, struct kvm_vcpu *vcpu)
{
	u64 io_exits = vcpu->stat.io_exits;

	slot->phase = N_REASON + REASON_other;

	if (slot->io_exits_of == vcpu && io_exits >= slot->io_exits)
		local64_add(io_exits - slot->io_exits, &slot->n[N_REASON + REASON_io]);
	slot->io_exits_of = vcpu;
	slot->io_exits = io_exits;
}

static __always_inline void count_exit(struct slot *slot, enum clock clock,
				       struct kvm_vcpu *vcpu, u32 isa, u32 code)
{
	long reason;

	if (clock != CLOCK_OFF)
		slot->since = kvminfo_clock_now(clock);
	if (likely(in_kvm(slot)))
		local64_inc(&slot->vm_switches);
	if (static_branch_unlikely(&kvminfo_devices_on))
		slot->vcpu = vcpu;

	reason = kvminfo_vendor_reason(vcpu, isa, code);
	if (likely(reason >= 0)) {
		/* Otherwise GCC computes the address of the counter on its own: one instruction more. */
		OPTIMIZER_HIDE_VAR(reason);
		count(slot, N_REASON + reason);
		slot->phase = N_REASON + reason;
	} else {
		count_io_by_stat(slot, vcpu);
	}
}

static noinline notrace void on_first_exit(enum clock clock, struct kvm_vcpu *vcpu,
					   u32 isa, u32 code)
{
	struct slot *slot = kvminfo_slot_create(isa, vcpu);

	if (slot)
		count_exit(slot, clock, vcpu, isa, code);
}

static __always_inline void on_exit(enum clock clock, struct kvm_vcpu *vcpu, u32 isa, u32 code)
{
	struct slot *slot = kvminfo_slot_find();

	if (likely(slot))
		count_exit(slot, clock, vcpu, isa, code);
	else
		on_first_exit(clock, vcpu, isa, code);
}

/* Attached only when time is measured. */
static __always_inline void on_entry(enum clock clock)
{
	struct slot *slot = kvminfo_slot_find();

	if (unlikely(!slot))
		return;
	if (likely(in_kvm(slot))) {
		local64_inc(&slot->vm_switches);
		count_time(slot, kvminfo_clock_now(clock));
	} else if (slot->phase != PHASE_NONE) {
		count_user_time(slot, kvminfo_clock_now(clock));
	}
	slot->phase = PHASE_NONE;
}

/*
 * Ends the last exit, if there was one in this KVM_RUN; not for a KVM_RUN that
 * only completed the last userspace exit. The next phase begins here.
 */
static __always_inline void resolve(struct slot *slot, enum clock clock, local64_t *counter)
{
	bool exit = likely(in_kvm(slot));

	if (exit)
		local64_inc(counter);
	if (clock != CLOCK_OFF) {
		u64 now = kvminfo_clock_now(clock);

		if (exit)
			count_time(slot, now);
		slot->since = now;
	}
}

/*
 * KVM_RUN returns with an error, or there was no exit in it, or nobody knows the
 * reason. @slot may be NULL, because a thread may be interrupted before its first
 * exit.
 */
static noinline notrace void on_other_return(struct slot *slot, enum clock clock,
					     u32 code, int err)
{
	unsigned long reason = kvminfo_user_reason(code);
	bool signal = err == -EINTR;

	if (!slot) {
		if (signal)
			kvminfo_row_count_signal();
		return;
	}
	/* In all other cases the reason is that of an earlier KVM_RUN. */
	if (err && reason != USER_memory_fault)
		reason = USER_other;
	if (signal)
		count(slot, N_SIGNAL);
	if (!in_user(slot)) {
		resolve(slot, clock, signal ? &slot->vm_switches : &slot->n[N_USER + reason]);
		slot->phase = N_USER + reason;
		slot->device_ticks = NULL;
	} else if (signal && clock != CLOCK_OFF) {
		/* It only completed the last userspace exit. */
		count_user_time(slot, kvminfo_clock_now(clock));
	}
	/*
	 * Do not count what follows as user time: after a signal the thread may
	 * do anything, and KVM_RUN of a vCPU that waits to be started (-EAGAIN)
	 * may have slept for hours.
	 */
	if (signal || err == -EAGAIN)
		slot->phase = PHASE_NONE;
}

static noinline notrace void count_access(struct slot *slot)
{
	if (slot->phase == N_USER + USER_io || slot->phase == N_USER + USER_mmio)
		slot->device_ticks = kvminfo_devices_count(&slot->devices,
							   slot->phase == N_USER + USER_io,
							   slot->vcpu->run);
	else
		slot->device_ticks = NULL;
}

/* KVM_RUN returns: in most cases the last exit is handed to user space. */
static __always_inline void on_userspace_exit(enum clock clock, u32 code, int err)
{
	struct slot *slot = kvminfo_slot_find();
	unsigned long reason;

	if (unlikely(!slot || err || !in_kvm(slot) || code >= NR_USER_CODES)) {
		on_other_return(slot, clock, code, err);
		return;
	}
	reason = kvminfo_user_reasons[code];
	resolve(slot, clock, &slot->n[N_USER + reason]);
	slot->phase = N_USER + reason;
	if (static_branch_unlikely(&kvminfo_devices_on))
		count_access(slot);
}

/* One set of probes for each clock; the compiler removes what a clock does not need. */
#define PROBES(suffix, clock)								\
	KVM_EXIT_PROBE(probe_exit_##suffix, on_exit, clock)				\
	static notrace void probe_userspace_exit_##suffix(void *data, u32 reason, int err) \
	{										\
		on_userspace_exit(clock, reason, err);					\
	}										\
	static notrace __maybe_unused							\
	void probe_entry_##suffix(void *data, struct kvm_vcpu *vcpu)			\
	{										\
		on_entry(clock);							\
	}

PROBES(off, CLOCK_OFF)
PROBES(tsc, CLOCK_TSC)
PROBES(mono, CLOCK_MONO)

/*
 * A halted vCPU runs again (or its thread has a signal). It was halted between
 * an exit and the next entry or return, and KVM measured @ns with its own clock.
 * Or, if user space started a vCPU that was already halted, it was halted between
 * KVM_RUN and the next entry. Either way the halt lies within the current phase,
 * so moving the start of the phase takes the halt out of it.
 */
static notrace void probe_wakeup(void *data, u64 ns, bool waited, bool valid)
{
	struct slot *slot = kvminfo_slot_find();

	if (!slot)
		return;
	local64_add(ns, &slot->n[N_HALT_NS]);
	slot->since += kvminfo_clock_from_ns(ns);
}

static notrace void probe_process_exit(void *data, struct task_struct *task)
{
	kvminfo_slot_end();
}

/* Attached to before anything can be counted. */
struct probe kvminfo_end_probe = {
	"sched_process_exit", {
		[CLOCK_OFF] = probe_process_exit,
		[CLOCK_TSC] = probe_process_exit,
		[CLOCK_MONO] = probe_process_exit }
};

/*
 * Exits last, so that for every exit seen, the event that resolves it is seen too.
 */
struct probe kvminfo_kvm_probes[] = {
	{ "kvm_userspace_exit", {
		[CLOCK_OFF] = probe_userspace_exit_off,
		[CLOCK_TSC] = probe_userspace_exit_tsc,
		[CLOCK_MONO] = probe_userspace_exit_mono } },
	{ "kvm_vcpu_wakeup", {
		[CLOCK_TSC] = probe_wakeup,
		[CLOCK_MONO] = probe_wakeup } },
	{ "kvm_entry", {
		[CLOCK_TSC] = probe_entry_tsc,
		[CLOCK_MONO] = probe_entry_mono } },
	{ "kvm_exit", {
		[CLOCK_OFF] = probe_exit_off,
		[CLOCK_TSC] = probe_exit_tsc,
		[CLOCK_MONO] = probe_exit_mono } },
	{ }
};
