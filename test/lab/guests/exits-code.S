/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the guest of exits.c executes, in real mode. The VMM copies it to
 * EXITS_CODE and puts one struct exits_counts at EXITS_COUNTS (exits.h).
 */
#include "exits.h"

	.section .rodata
	.code16
	.globl exits_code, exits_code_end, exits_ud_handler

/* Repeats an instruction as often as the count says. Uses esi. */
.macro times count, instruction:vararg
	movl	EXITS_COUNTS + 4 * \count, %esi
1:	testl	%esi, %esi
	jz	2f
	\instruction
	decl	%esi
	jmp	1b
2:
.endm

.macro next_port
	outb	%al, %dx
	incw	%dx
.endm

/* A segment register counts 16 bytes. */
.macro next_page
	movw	%dx, %fs
	movb	%al, %fs:0
	addw	$0x100, %dx
.endm

exits_code:
	movw	$EXITS_MMIO_SEGMENT, %ax
	movw	%ax, %es
	movl	EXITS_COUNTS + 4 * EXITS_REP, %edi
again:
	/* 0xff masks all interrupts at the PIC, if the port is the PIC's. */
	movb	$0xff, %al
	times	EXITS_OUT, outb %al, $EXITS_PORT
	times	EXITS_IN, inb $EXITS_PORT, %al
	movb	$0xff, %al
	times	EXITS_PIC, outb %al, $0x21
	times	EXITS_MMIO, movb %al, %es:0
	times	EXITS_CPUID, cpuid
	times	EXITS_UD, ud2
	times	EXITS_HLT, hlt
	movw	$EXITS_PORTS_FROM, %dx
	times	EXITS_PORTS, next_port
	movw	$(EXITS_PAGES_FROM << 8), %dx
	times	EXITS_PAGES, next_page
	/* 0 wraps around, which is forever as far as any test is concerned. */
	decl	%edi
	jnz	again
	outb	%al, $EXITS_DONE_PORT
3:	hlt
	jmp	3b

/* Returns to the instruction after the ud2. */
exits_ud_handler:
	pushw	%bp
	movw	%sp, %bp
	addw	$2, 2(%bp)
	popw	%bp
	iretw
exits_code_end:

	.section .note.GNU-stack, "", @progbits
