/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a guest accesses devices that user space emulates: hand-overs by I/O port
 * or page of MMIO, in a table of fixed size that keeps the frequent ones.
 *
 * The table is a space-saving sketch (Metwally, Agrawal, El Abbadi, 2005). An
 * address that is not in a full table takes the place of the one with the lowest
 * rank and inherits that rank. What was counted for the old address goes to
 * other, so no address is charged with the accesses to another one, and all
 * counts and other together are exact. Of N accesses, at most N / entries are
 * missing for any address, because they were counted as other before the address
 * got its entry.
 *
 * Each vCPU thread has a table, which only this thread writes. A row has one for
 * the threads that ended. A reader adds up both in a third one.
 */
#ifndef DEVICES_H
#define DEVICES_H

#include <linux/jump_label.h>
#include <linux/kvm.h>
#include <linux/kvm_host.h>
#include <linux/preempt.h>
#include <linux/seqlock.h>
#include <linux/types.h>

/* Entries of a thread's table, and of a row's and a reader's. */
#define DEVICES_PER_THREAD 32
#define DEVICES_PER_ROW 64

#define DEVICE_HINTS 64

/* The kind of address is in the lower two bits of a key. Key 0 is a free entry. */
#define DEVICE_KEY_BITS 2
#define DEVICE_KEY_MASK ((1 << DEVICE_KEY_BITS) - 1)
#define DEVICE_PORT 1
#define DEVICE_PAGE 2

struct device_entry {
	u64 key;
	u64 count;
	u64 ticks;	/* in user space after these accesses */
	u64 base;	/* rank when the entry was taken over; the rank is base + count */
};

struct devices {
	/*
	 * Odd while an address takes over an entry. Not for the owner of the
	 * table, and not for numbers that only grow.
	 */
	seqcount_t seq;
	unsigned int entries;
	u64 other_count, other_ticks;
	u8 hint[DEVICE_HINTS];		/* entry that was used last for a hash of the key */
	struct device_entry entry[];	/* free ones last */
};

#define DEVICES_SIZE(entries) (sizeof(struct devices) + (entries) * sizeof(struct device_entry))

/* Whether tables exist; set once at start-up. */
DECLARE_STATIC_KEY_FALSE(kvminfo_devices_on);

void kvminfo_devices_init(struct devices *devices, unsigned int entries);

/* Copies a table whose owner may be counting. @to has at least as many entries. */
void kvminfo_devices_copy(struct devices *to, const struct devices *from);

/* Adds @from to @to, both protected from everyone else. */
void kvminfo_devices_merge(struct devices *to, const struct devices *from);

/* The entry of an address in the running thread's table. */
struct device_entry *kvminfo_devices_take(struct devices *devices, u64 key, u8 *hint);

/*
 * Counts an access by the running thread's vCPU, which returns to user space for
 * port I/O (@io) or MMIO. @run is memory that user space may write at any time, so
 * what is in it can only be wrong, not harmful. Returns where to add the time until
 * the next entry.
 */
static __always_inline u64 *kvminfo_devices_count(struct devices *devices, bool io,
						  const struct kvm_run *run)
{
	struct device_entry *entry;
	u64 key;
	u8 *hint;

	if (io)
		key = (u64)READ_ONCE(run->io.port) << DEVICE_KEY_BITS | DEVICE_PORT;
	else
		key = READ_ONCE(run->mmio.phys_addr) >> PAGE_SHIFT << DEVICE_KEY_BITS | DEVICE_PAGE;
	/* Neighbours get different hints. */
	hint = &devices->hint[key >> DEVICE_KEY_BITS & (DEVICE_HINTS - 1)];
	entry = &devices->entry[*hint];
	if (unlikely(entry->key != key))
		entry = kvminfo_devices_take(devices, key, hint);
	WRITE_ONCE(entry->count, entry->count + 1);
	return &entry->ticks;
}

#endif /* DEVICES_H */
