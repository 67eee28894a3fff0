/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only place that knows kernels differ. have.h is made by the build: it
 * defines HAVE_<NAME> for every probe/<NAME>.c that compiles (see Kbuild).
 */
#ifndef COMPAT_H
#define COMPAT_H

#include "have.h"

#endif /* COMPAT_H */
