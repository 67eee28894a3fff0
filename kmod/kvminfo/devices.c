// SPDX-License-Identifier: GPL-2.0-only
/* Tables of device accesses; see devices.h. */
#include <linux/string.h>

#include "devices.h"

DEFINE_STATIC_KEY_FALSE(kvminfo_devices_on);

/* A hint is the index of an entry. */
static_assert(DEVICES_PER_THREAD <= U8_MAX);

void kvminfo_devices_init(struct devices *devices, unsigned int entries)
{
	memset(devices, 0, DEVICES_SIZE(entries));
	seqcount_init(&devices->seq);
	devices->entries = entries;
}

/* The entry of @key, or else the one that it is to take over. */
static struct device_entry *device_find(struct devices *devices, u64 key)
{
	struct device_entry *entry, *least = devices->entry;
	struct device_entry *end = devices->entry + devices->entries;

	for (entry = devices->entry; entry < end; entry++) {
		if (entry->key == key || !entry->key)
			return entry;
		if (entry->base + entry->count < least->base + least->count)
			least = entry;
	}
	return least;
}

static void device_replace(struct devices *devices, struct device_entry *entry, u64 key)
{
	devices->other_count += entry->count;
	devices->other_ticks += entry->ticks;
	*entry = (struct device_entry) { .key = key, .base = entry->base + entry->count };
}

static void devices_add(struct devices *to, const struct device_entry *more)
{
	struct device_entry *entry = device_find(to, more->key);

	if (entry->key != more->key)
		device_replace(to, entry, more->key);
	entry->count += more->count;
	entry->ticks += more->ticks;
}

noinline notrace
struct device_entry *kvminfo_devices_take(struct devices *devices, u64 key, u8 *hint)
{
	struct device_entry *entry = device_find(devices, key);

	if (entry->key != key) {
		/* A reader with a higher priority would wait for us forever. */
		preempt_disable_notrace();
		write_seqcount_begin(&devices->seq);
		device_replace(devices, entry, key);
		write_seqcount_end(&devices->seq);
		preempt_enable_notrace();
	}
	*hint = entry - devices->entry;
	return entry;
}

void kvminfo_devices_copy(struct devices *to, const struct devices *from)
{
	const struct device_entry *entry;
	unsigned int seq, i;

	do {
		seq = read_seqcount_begin(&from->seq);
		for (i = 0; i < from->entries; i++) {
			entry = &from->entry[i];
			to->entry[i].key = READ_ONCE(entry->key);
			if (!to->entry[i].key)
				break;
			to->entry[i].count = READ_ONCE(entry->count);
			to->entry[i].ticks = READ_ONCE(entry->ticks);
		}
		to->other_count = READ_ONCE(from->other_count);
		to->other_ticks = READ_ONCE(from->other_ticks);
	} while (read_seqcount_retry(&from->seq, seq));
	to->entries = i;
}

void kvminfo_devices_merge(struct devices *to, const struct devices *from)
{
	const struct device_entry *entry;

	for (entry = from->entry; entry < from->entry + from->entries && entry->key; entry++)
		devices_add(to, entry);
	to->other_count += from->other_count;
	to->other_ticks += from->other_ticks;
}
