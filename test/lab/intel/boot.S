/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot sector that loads an unpacked Linux, its boot_params and its initramfs
 * from the first ATA disk and enters the kernel by the 64-bit boot protocol.
 * disk-image.ts fills in the table at its end. Everything is loaded below
 * 4 GiB, and the CPU must have 1 GiB pages.
 */
	.code16
	.globl _start
_start:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	inb	$0x92, %al			/* A20 */
	orb	$2, %al
	outb	%al, $0x92
	lgdtl	gdtr
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$0x10, $protected

	.code32
protected:
	movw	$0x18, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	$0x7c00, %esp
	cld

	/* %ebx: entry of the table; %ebp: LBA; %edi: destination */
	movl	$table, %ebx
next:	movl	0(%ebx), %edi
	movl	4(%ebx), %ebp
	movl	8(%ebx), %esi			/* sectors left */
	testl	%edi, %edi
	jz	loaded
chunk:	movl	%esi, %ecx
	cmpl	$256, %ecx
	jbe	1f
	movl	$256, %ecx
1:	subl	%ecx, %esi
	movl	%ebp, %eax
	addl	%ecx, %ebp
	call	read
	testl	%esi, %esi
	jnz	chunk
	addl	$12, %ebx
	jmp	next

/* Reads %ecx (1 ... 256) sectors from LBA %eax to %edi, and advances %edi. */
read:	pushl	%eax
	movw	$0x1f6, %dx
	shrl	$24, %eax
	orb	$0xe0, %al			/* LBA, master */
	outb	%al, %dx
	movw	$0x1f2, %dx
	movb	%cl, %al			/* 0 means 256 */
	outb	%al, %dx
	popl	%eax
	incw	%dx
	outb	%al, %dx
	incw	%dx
	shrl	$8, %eax
	outb	%al, %dx
	incw	%dx
	shrl	$8, %eax
	outb	%al, %dx
	movw	$0x1f7, %dx
	movb	$0x20, %al			/* READ SECTORS */
	outb	%al, %dx
2:	movw	$0x1f7, %dx
3:	inb	%dx, %al
	testb	$0x80, %al			/* BSY */
	jnz	3b
	testb	$8, %al				/* DRQ */
	jz	3b
	movw	$0x1f0, %dx
	pushl	%ecx
	movl	$128, %ecx
	rep insl
	popl	%ecx
	loop	2b
	ret

loaded:
	/* Maps the first 4 GiB to themselves. */
	movl	$0x80000, %edi
	xorl	%eax, %eax
	movl	$2048, %ecx
	rep stosl
	movl	$0x81003, 0x80000
	movl	$0x00000083, 0x81000
	movl	$0x40000083, 0x81008
	movl	$0x80000083, 0x81010
	movl	$0xc0000083, 0x81018
	movl	$0x80000, %eax
	movl	%eax, %cr3
	movl	%cr4, %eax
	orl	$0x20, %eax			/* PAE */
	movl	%eax, %cr4
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x100, %eax			/* LME */
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax
	movl	%eax, %cr0
	movl	params, %esi
	movl	entry, %eax
	ljmpl	$0x20, $long

	.code64
long:	movl	%esi, %esi
	movl	%eax, %eax
	jmp	*%rax

	.balign	8
gdt:	.quad	0, 0
	.quad	0x00cf9a000000ffff		/* 0x10: code, 32 bits */
	.quad	0x00cf92000000ffff		/* 0x18: data */
	.quad	0x00af9a000000ffff		/* 0x20: code, 64 bits */
gdtr:	.word	. - gdt - 1
	.long	gdt

	/* Filled in by disk-image.ts. */
	.org	_start + 0x1c0
entry:	.long	0
params:	.long	0
table:	.fill	3 * 4, 4, 0			/* {destination, LBA, sectors}; the last is 0 */
	.org	_start + 510
	.word	0xaa55
