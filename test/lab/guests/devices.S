/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A firmware that makes a known number of accesses to four devices of the board
 * `pc` and then halts forever. There is no other firmware, so nothing else
 * accesses a device. QEMU needs `-bios devices` and `-device e1000,addr=3`.
 */
#define CONFIG_ACCESSES		4	/* to the PCI configuration */
#define DISK_ACCESSES		3000	/* to the primary IDE channel */
#define SERIAL_ACCESSES		2000	/* to the first serial port */
#define NIC_ACCESSES		1000	/* to the memory of the e1000 */

#define ROM		0xffff0000	/* where the processor finds this file */
#define BAR		0xfebc0000
#define E1000(reg)	(0x80000000 | 3 << 11 | (reg))
#define E1000_STATUS	8

	.code16
	.globl _start
_start:
	cli
	lgdtl	%cs:gdt_pointer
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$8, $(flat + ROM)

	.code32
flat:
	movw	$16, %ax
	movw	%ax, %ds

	movw	$0xcf8, %dx
	movl	$E1000(0x10), %eax
	outl	%eax, %dx
	movw	$0xcfc, %dx
	movl	$BAR, %eax
	outl	%eax, %dx
	movw	$0xcf8, %dx
	movl	$E1000(4), %eax
	outl	%eax, %dx
	movw	$0xcfc, %dx
	movl	$2, %eax		/* it answers at its memory */
	outl	%eax, %dx

	movl	$DISK_ACCESSES, %ecx
	movw	$0x1f7, %dx
1:	inb	%dx, %al
	decl	%ecx
	jnz	1b

	movl	$SERIAL_ACCESSES, %ecx
	movw	$0x3fd, %dx
1:	inb	%dx, %al
	decl	%ecx
	jnz	1b

	movl	$NIC_ACCESSES, %ecx
1:	movl	BAR + E1000_STATUS, %eax
	decl	%ecx
	jnz	1b

1:	hlt
	jmp	1b

	.balign	8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff	/* code: all memory */
	.quad	0x00cf93000000ffff	/* data: all memory */
gdt_pointer:
	.word	gdt_pointer - gdt - 1
	.long	gdt + ROM

	/* The processor starts here. */
	.org	0xfff0
	.code16
	jmp	_start
	.org	0x10000
