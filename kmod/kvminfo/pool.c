// SPDX-License-Identifier: GPL-2.0-only
/* Preallocated objects; see pool.h. */
#include "pool.h"
#include "queue.h"

static bool pool_put(struct pool *pool, void *object)
{
	unsigned long flags;
	bool room;

	raw_spin_lock_irqsave(&pool->lock, flags);
	room = pool->count < POOL_SIZE;
	if (room)
		pool->spare[pool->count++] = object;
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	return room;
}

static void pool_refill(struct work_struct *work)
{
	struct pool *pool = container_of(work, struct pool, refill);

	while (READ_ONCE(pool->count) < POOL_SIZE) {
		void *object = kmem_cache_zalloc(pool->cache, GFP_KERNEL);

		/* The next kvminfo_pool_take() starts another refill. */
		if (!object)
			return;
		if (!pool_put(pool, object)) {
			kmem_cache_free(pool->cache, object);
			return;
		}
	}
}

int kvminfo_pool_init(struct pool *pool, const char *name, size_t size, size_t align)
{
	pool->cache = kmem_cache_create(name, size, align, 0, NULL);
	if (!pool->cache)
		return -ENOMEM;
	raw_spin_lock_init(&pool->lock);
	INIT_WORK(&pool->refill, pool_refill);
	pool_refill(&pool->refill);
	return 0;
}

void kvminfo_pool_destroy(struct pool *pool)
{
	cancel_work_sync(&pool->refill);
	while (pool->count)
		kmem_cache_free(pool->cache, pool->spare[--pool->count]);
	kmem_cache_destroy(pool->cache);
}

void *kvminfo_pool_take(struct pool *pool)
{
	unsigned long flags;
	void *object = NULL;

	raw_spin_lock_irqsave(&pool->lock, flags);
	if (pool->count)
		object = pool->spare[--pool->count];
	raw_spin_unlock_irqrestore(&pool->lock, flags);
	queue_work(kvminfo_queue, &pool->refill);
	return object;
}

void kvminfo_pool_free(struct pool *pool, void *object)
{
	kmem_cache_free(pool->cache, object);
}
