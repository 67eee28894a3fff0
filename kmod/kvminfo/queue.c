// SPDX-License-Identifier: GPL-2.0-only
/* The module's own workqueue; see queue.h. */
#include <linux/errno.h>

#include "queue.h"

struct workqueue_struct *kvminfo_queue;

int kvminfo_queue_init(void)
{
	kvminfo_queue = alloc_workqueue("kvminfo", WQ_UNBOUND, 0);
	return kvminfo_queue ? 0 : -ENOMEM;
}

void kvminfo_queue_destroy(void)
{
	destroy_workqueue(kvminfo_queue);
}
