/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest's code, the VMM and the command line of exits share. */
#ifndef EXITS_H
#define EXITS_H

/* Guest-physical addresses. The vectors are below, the vCPUs' stacks above. */
#define EXITS_COUNTS 0x0800
#define EXITS_CODE 0x1000
#define EXITS_MEMORY 0x10000
/* There is no memory at this segment. */
#define EXITS_MMIO_SEGMENT 0xd000

#define EXITS_PORT 0xf4
#define EXITS_DONE_PORT 0xf6
/* The first of the ports and of the pages without memory that are accessed one after the other. */
#define EXITS_PORTS_FROM 0x1000
#define EXITS_PAGES_FROM 0x20
#define EXITS_MAX_PAGES 0x80

/* Indices into the counts. */
#define EXITS_REP 0
#define EXITS_OUT 1
#define EXITS_IN 2
#define EXITS_PIC 3
#define EXITS_MMIO 4
#define EXITS_CPUID 5
#define EXITS_UD 6
#define EXITS_HLT 7
#define EXITS_PORTS 8
#define EXITS_PAGES 9
#define EXITS_KINDS 10

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* What one vCPU is asked to do. */
struct exits_work {
	uint32_t counts[EXITS_KINDS];
	uint32_t signals;
	uint32_t immediate;
	uint32_t windows;
};

/* What one vCPU did, as seen in the returns of KVM_RUN. */
struct exits_seen {
	uint64_t out, in, mmio, hlt, interrupted;
};

struct exits_vm;

struct exits_vm *exits_vm_create(const struct exits_work *work, bool irqchip);
/* Runs vCPU id in the calling thread until its work is done. */
struct exits_seen exits_vcpu_run(struct exits_vm *vm, unsigned int id);

#endif
#endif
