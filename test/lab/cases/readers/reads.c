// SPDX-License-Identifier: Apache-2.0
/*
 * reads SEED SECONDS FILE...: opens, reads and misuses files in /proc at random.
 *
 * Holds up to 1,000 of them open, so that some are read slowly, and forks
 * children that share them. Prints "<operations> <bytes> <errors>", where
 * errors counts those that a reader must expect: no memory, a module that was
 * unloaded, an operation that the file does not have. Fails on any other error
 * and on a byte that does not belong in a table.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 1000
#define BUFFER (1 << 16)

static char buffer[BUFFER];
static int fds[SLOTS];
static int sink[2], null;
static unsigned long operations, bytes, errors;
static uint64_t state;

static uint64_t any(uint64_t below)
{
	/* xorshift64* */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return below ? (state * 0x2545f4914f6cdd1dULL >> 11) % below : 0;
}

/* Mostly small, sometimes as large as it gets. */
static size_t any_size(void)
{
	return any(8) ? any(300) : any(BUFFER + 1);
}

static int64_t any_offset(void)
{
	switch (any(8)) {
	case 0:
		return INT64_MAX - (int64_t)any(4096);
	case 1:
		return -(int64_t)any(4096);
	case 2:
		return (int64_t)any(1ULL << 40);
	default:
		return (int64_t)any(20000);
	}
}

static void expect(const char *what, ssize_t result)
{
	operations++;
	if (result >= 0) {
		bytes += result;
		return;
	}
	switch (errno) {
	case ENOMEM: case EIO: case EINVAL: case ESPIPE: case ENODEV: case EFAULT: case ENOTTY:
	case EAGAIN: case EOVERFLOW: case EINTR: case EACCES: case EBADF: case ENOENT: case EPERM: case EOPNOTSUPP:
		errors++;
		return;
	default:
		err(1, "%s", what);
	}
}

static void check(ssize_t length)
{
	for (ssize_t i = 0; i < length; i++)
		if (buffer[i] != '\n' && (buffer[i] < ' ' || buffer[i] > '~'))
			errx(1, "byte %d in a table", (unsigned char)buffer[i]);
}

static void drain(void)
{
	while (read(sink[0], buffer, BUFFER) > 0)
		;
}

static void operate(int *fd, const char *path)
{
	struct iovec parts[3] = { { buffer, any(50) }, { buffer + 100, any_size() / 2 }, { buffer, 1 } };
	struct pollfd poller = { .events = POLLIN };
	off_t offset = any_offset();
	ssize_t got;

	if (*fd < 0) {
		*fd = open(path, any(20) ? O_RDONLY | O_CLOEXEC : O_RDWR | O_NONBLOCK);
		expect("open", *fd < 0 ? -1 : 0);
		return;
	}
	switch (any(16)) {
	case 0: case 1: case 2:
		got = read(*fd, buffer, any_size());
		expect("read", got);
		check(got);
		break;
	case 3:
		got = pread(*fd, buffer, any_size(), offset);
		expect("pread", got);
		check(got);
		break;
	case 4:
		expect("lseek", lseek(*fd, offset, any(2) ? SEEK_SET : any(2) ? SEEK_CUR : SEEK_END) < 0 ? -1 : 0);
		break;
	case 5:
		expect("splice", splice(*fd, NULL, sink[1], NULL, any_size(), SPLICE_F_NONBLOCK));
		drain();
		break;
	case 6:
		expect("sendfile", sendfile(null, *fd, NULL, any_size()));
		break;
	case 7:
		expect("readv", readv(*fd, parts, 3));
		break;
	case 8:
		expect("preadv2", preadv2(*fd, parts, 3, offset, RWF_NOWAIT));
		break;
	case 9:
		expect("read into nothing", read(*fd, (void *)16, any_size()));
		break;
	case 10:
		expect("write", write(*fd, buffer, any_size()) < 0 ? -1 : 0);
		break;
	case 11:
		expect("ioctl", ioctl(*fd, any(1 << 16), buffer) < 0 ? -1 : 0);
		break;
	case 12: {
		void *mapped = mmap(NULL, 4096, PROT_READ, any(2) ? MAP_PRIVATE : MAP_SHARED, *fd, 0);

		expect("mmap", mapped == MAP_FAILED ? -1 : 0);
		if (mapped != MAP_FAILED)
			munmap(mapped, 4096);
		break;
	}
	case 13:
		poller.fd = *fd;
		expect("poll", poll(&poller, 1, 0) < 0 ? -1 : 0);
		break;
	default:
		close(*fd);
		*fd = -1;
	}
}

/* A child reads what its parent has open, at the same time. */
static void share(void)
{
	pid_t pid = fork();

	if (pid < 0)
		return;
	if (!pid) {
		for (int i = 0; i < 20; i++) {
			int fd = fds[any(SLOTS)];

			if (fd >= 0)
				check(read(fd, buffer, any_size()));
		}
		_exit(0);
	}
	operations++;
	if (any(2)) {
		int status;

		waitpid(pid, &status, 0);
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			errx(1, "a child ended with status %#x", status);
	}
}

int main(int argc, char **argv)
{
	time_t end;

	if (argc < 4)
		errx(2, "usage: reads SEED SECONDS FILE...");
	state = strtoull(argv[1], NULL, 10) * 2 + 1;
	end = time(NULL) + atoi(argv[2]);
	null = open("/dev/null", O_WRONLY);
	if (null < 0 || pipe2(sink, O_NONBLOCK))
		err(1, "pipe");
	memset(fds, 0xff, sizeof(fds));
	while (time(NULL) < end) {
		for (int i = 0; i < 100; i++)
			operate(&fds[any(SLOTS)], argv[3 + any(argc - 3)]);
		if (!any(10))
			share();
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	printf("%lu %lu %lu\n", operations, bytes, errors);
	return 0;
}
