/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Only this folder knows that kernels differ. The build generates have.h, which
 * defines HAVE_<NAME> for every probe/<NAME>.c that compiles (see Kbuild).
 */
#ifndef COMPAT_H
#define COMPAT_H

#include "have.h"

#endif /* COMPAT_H */
