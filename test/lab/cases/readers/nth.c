// SPDX-License-Identifier: Apache-2.0
/*
 * nth load MODULE.ko [PARAMETER...]
 * nth read FILE
 *
 * Does it again and again. The first time the kernel's first allocation fails,
 * the next time the second, and so on, until none is left to fail
 * (/proc/thread-self/fail-nth). The settings of failslab and fail_page_alloc say
 * which allocations count. A module that was loaded is removed.
 *
 * An attempt may fail only with "no memory", and may also succeed, as not every
 * allocation matters: a thousand of the module's only fill its pools. After
 * several attempts that succeed it therefore takes longer and longer steps, until
 * one does not succeed; then it goes back and takes short ones.
 *
 * Prints "<attempts> <attempts that failed>".
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many attempts succeed before the steps become twice as long. */
#define PATIENCE 8
#define LONGEST_STEP 256

/* The exit codes of an attempt. */
enum { NOTHING_FAILED = 10, SUCCEEDED, FAILED };

static int read_all(const char *path)
{
	static char buffer[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	do
		got = read(fd, buffer, sizeof(buffer));
	while (got > 0);
	if (got < 0) {
		int why = errno;

		close(fd);
		errno = why;
	} else {
		close(fd);
	}
	return got;
}

static int attempt(int nth, int loads, const char *path, const char *parameters)
{
	int control = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	/* Opened before anything fails, because it is not what is tried. */
	int module = loads ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[16];
	int result, why;
	ssize_t got;

	if (loads && module < 0)
		err(1, "%s", path);
	snprintf(text, sizeof(text), "%d", nth);
	if (control < 0 || write(control, text, strlen(text)) < 0)
		err(1, "/proc/thread-self/fail-nth");
	result = loads ? (int)syscall(SYS_finit_module, module, parameters, 0) : read_all(path);
	why = errno;
	got = pread(control, text, sizeof(text) - 1, 0);
	if (got <= 0 || write(control, "0", 1) != 1)
		err(1, "/proc/thread-self/fail-nth");
	text[got] = '\0';
	/* What is left of the number: 0 if an allocation failed. */
	if (atoi(text)) {
		if (result < 0)
			errx(1, "attempt %d: %s although no allocation failed", nth, strerror(why));
		return NOTHING_FAILED;
	}
	if (result >= 0)
		return SUCCEEDED;
	if (why != ENOMEM)
		errx(1, "attempt %d: %s instead of ENOMEM", nth, strerror(why));
	return FAILED;
}

/* Each attempt is made by a child, because a thread that cannot allocate should not be this one. */
static int in_child(int nth, int loads, const char *path, const char *parameters)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid)
		_exit(attempt(nth, loads, path, parameters));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) < NOTHING_FAILED)
		errx(1, "attempt %d ended with status %#x", nth, status);
	return WEXITSTATUS(status);
}

static void unload(const char *path)
{
	char *name = strdup(strrchr(path, '/') + 1);

	*strchr(name, '.') = '\0';
	if (syscall(SYS_delete_module, name, 0))
		err(1, "removing %s", name);
	free(name);
}

int main(int argc, char **argv)
{
	int loads = argc > 2 && !strcmp(argv[1], "load");
	char parameters[256] = "";
	int nth = 1, step = 1, succeeded = 0, last = 0, attempts = 0, failed = 0;

	if (!loads && (argc != 3 || strcmp(argv[1], "read")))
		errx(2, "usage: nth load MODULE.ko [PARAMETER...] | nth read FILE");
	for (int i = 3; i < argc; i++) {
		strncat(parameters, argv[i], sizeof(parameters) - strlen(parameters) - 1);
		strncat(parameters, " ", sizeof(parameters) - strlen(parameters) - 1);
	}
	for (;;) {
		int code = in_child(nth, loads, argv[2], parameters);

		attempts++;
		if (loads && code != FAILED)
			unload(argv[2]);
		if (code == SUCCEEDED) {
			last = nth;
			if (++succeeded % PATIENCE == 0 && step < LONGEST_STEP)
				step *= 2;
			nth += step;
		} else if (step > 1) {
			step = 1;
			succeeded = 0;
			nth = last + 1;
		} else if (code == FAILED) {
			failed++;
			succeeded = 0;
			nth++;
		} else {
			break;
		}
	}
	printf("%d %d\n", attempts, failed);
	return 0;
}
