// SPDX-License-Identifier: Apache-2.0
/*
 * nth load MODULE.ko [PARAMETER...]
 * nth read FILE
 *
 * Does it again and again. The first time the kernel's first allocation fails,
 * the next time the second, and so on, until none is left to fail
 * (/proc/thread-self/fail-nth). A module that was loaded is removed.
 *
 * Prints "<allocations that failed> <attempts that failed>". An attempt may fail
 * only with "no memory", and may also succeed, as not every allocation matters.
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

/* The exit codes of an attempt. */
enum { NOTHING_FAILED = 10, SUCCEEDED, FAILED };

static int load(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	if (fd < 0)
		err(1, "%s", path);
	result = syscall(SYS_finit_module, fd, parameters, 0);
	close(fd);
	return result;
}

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
	char text[16];
	int result, why;
	ssize_t got;

	snprintf(text, sizeof(text), "%d", nth);
	if (control < 0 || write(control, text, strlen(text)) < 0)
		err(1, "/proc/thread-self/fail-nth");
	result = loads ? load(path, parameters) : read_all(path);
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

int main(int argc, char **argv)
{
	int loads = argc > 2 && !strcmp(argv[1], "load");
	char parameters[256] = "";
	int nth = 0, failed = 0, code;

	if (!loads && (argc != 3 || strcmp(argv[1], "read")))
		errx(2, "usage: nth load MODULE.ko [PARAMETER...] | nth read FILE");
	for (int i = 3; i < argc; i++) {
		strncat(parameters, argv[i], sizeof(parameters) - strlen(parameters) - 1);
		strncat(parameters, " ", sizeof(parameters) - strlen(parameters) - 1);
	}
	do {
		/* A child each time, because a thread that cannot allocate should not be this one. */
		pid_t pid = fork();
		int status;

		nth++;
		if (pid < 0)
			err(1, "fork");
		if (!pid)
			_exit(attempt(nth, loads, argv[2], parameters));
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) < NOTHING_FAILED)
			errx(1, "attempt %d ended with status %#x", nth, status);
		code = WEXITSTATUS(status);
		failed += code == FAILED;
		if (loads && code != FAILED) {
			char *name = strdup(strrchr(argv[2], '/') + 1);

			*strchr(name, '.') = '\0';
			if (syscall(SYS_delete_module, name, 0))
				err(1, "attempt %d: removing %s", nth, name);
			free(name);
		}
	} while (code != NOTHING_FAILED);
	printf("%d %d\n", nth - 1, failed);
	return 0;
}
