/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A boot sector that reads the first 4 KiB of its disk forever, through the
 * driver of the firmware, SeaBIOS, which uses only port I/O.
 */
	.code16
	.globl _start
_start:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$_start, %sp
again:
	movb	$0x42, %ah		/* "extended read" */
	movb	$0x80, %dl		/* the first disk */
	movw	$packet, %si
	int	$0x13
	jmp	again

packet:	.byte	16, 0			/* its size */
	.word	8			/* sectors */
	.word	0x8000, 0		/* to 0000:8000 */
	.quad	0			/* from sector 0 */

	.org	510
	.word	0xaa55
