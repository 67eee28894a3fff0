/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of both modules; equals the package's version (package.json). */
#ifndef KMOD_VERSION_H
#define KMOD_VERSION_H

#define KMOD_VERSION "0.1.0"

#endif /* KMOD_VERSION_H */
