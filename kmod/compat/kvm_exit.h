/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two prototypes of tracepoint kvm_exit. KVM_EXIT_PROBE(name, body, clock)
 * defines the probe function <name>, which calls body(clock, vcpu, isa, code).
 * The code is the vendor's exit code if KVM_EXIT_GIVES_CODE, otherwise 0.
 */
#ifndef COMPAT_KVM_EXIT_H
#define COMPAT_KVM_EXIT_H

#include "compat.h"

#if defined(HAVE_KVM_EXIT_TAKES_VCPU) == defined(HAVE_KVM_EXIT_TAKES_CODE)

#error "cannot determine the arguments of tracepoint kvm_exit; compiler output: compat/KVM_EXIT_*.log"

#elif defined(HAVE_KVM_EXIT_TAKES_VCPU)

#define KVM_EXIT_GIVES_CODE false
#define KVM_EXIT_PROBE(name, body, clock)					\
	static notrace void name(void *data, struct kvm_vcpu *vcpu, u32 isa)	\
	{									\
		body(clock, vcpu, isa, 0);					\
	}

#else

#define KVM_EXIT_GIVES_CODE true
#define KVM_EXIT_PROBE(name, body, clock)					\
	static notrace void name(void *data, unsigned int code,			\
				 struct kvm_vcpu *vcpu, u32 isa)		\
	{									\
		body(clock, vcpu, isa, code);					\
	}

#endif

#endif /* COMPAT_KVM_EXIT_H */
