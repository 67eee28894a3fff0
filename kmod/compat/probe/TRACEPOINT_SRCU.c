// SPDX-License-Identifier: GPL-2.0-only
/*
 * In 7.2 probes run under SRCU (tracepoint_srcu), with preemption enabled; until 6.12
 * at least, they run with preemption disabled.
 */
#include <linux/tracepoint.h>

void probe(struct rcu_head *head, rcu_callback_t function);
void probe(struct rcu_head *head, rcu_callback_t function)
{
	call_tracepoint_unregister_atomic(head, function);
}
