/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Preallocated objects for code that may not allocate: the probes run with
 * interrupts off, where PREEMPT_RT forbids even GFP_ATOMIC.
 */
#ifndef POOL_H
#define POOL_H

#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

/*
 * Each kvminfo_pool_take() starts a refill, so this many first exits may happen
 * while the refill waits to run: at 10,000 new vCPU threads a second, 100 ms.
 */
#define POOL_SIZE 1024

struct pool {
	struct kmem_cache *cache;
	raw_spinlock_t lock;
	unsigned int count;
	void *spare[POOL_SIZE];
	struct work_struct refill;
};

/* Fills the pool. @align: a power of two. Sleeps. */
int kvminfo_pool_init(struct pool *pool, const char *name, size_t size, size_t align);

/* The caller ensures that nobody calls kvminfo_pool_take() any more. Sleeps. */
void kvminfo_pool_destroy(struct pool *pool);

/* A zeroed object, or NULL. Any context except NMI. */
void *kvminfo_pool_take(struct pool *pool);

/* Frees an object to the system, not to the pool. */
void kvminfo_pool_free(struct pool *pool, void *object);

#endif /* POOL_H */
