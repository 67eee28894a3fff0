/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's own workqueue. */
#ifndef QUEUE_H
#define QUEUE_H

#include <linux/workqueue.h>

/*
 * Unbound, because a SCHED_FIFO vCPU may occupy the CPU that queues work; then a
 * worker bound to it would never run.
 */
extern struct workqueue_struct *kvminfo_queue;

int kvminfo_queue_init(void);

/* Waits for queued work. */
void kvminfo_queue_destroy(void);

#endif /* QUEUE_H */
