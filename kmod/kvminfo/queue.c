// SPDX-License-Identifier: GPL-2.0-only
/* The module's own workqueue; see queue.h. */
#include <linux/errno.h>

#include "queue.h"

struct workqueue_struct *queue;

int queue_init(void)
{
	queue = alloc_workqueue("kvminfo", WQ_UNBOUND, 0);
	return queue ? 0 : -ENOMEM;
}

void queue_destroy(void)
{
	destroy_workqueue(queue);
}
