// SPDX-License-Identifier: GPL-2.0-only
/*
 * ebpf COMMAND...: runs a command while two eBPF programs count the exits of
 * every thread in a hash map, on the same tracepoints as the module. Prints the
 * totals to stderr. The programs are assembled by hand, so the benchmark needs
 * neither clang nor libbpf.
 */
#include <err.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A thread's counts. pending: it is not known yet where its last exit ended. */
struct counts {
	uint64_t vm_switches, qemu_switches, pending;
};

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }
#define MOV(d, s) INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define SET(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD(d, i) INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define LOAD(d, s, o) INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STORE(d, o, s) INSN(BPF_STX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STORE32(d, o, s) INSN(BPF_STX | BPF_MEM | BPF_W, d, s, o, 0)
#define STORE_ZERO(d, o) INSN(BPF_ST | BPF_MEM | BPF_DW, d, 0, o, 0)
#define IF_ZERO(d, o) INSN(BPF_JMP | BPF_JEQ | BPF_K, d, 0, o, 0)
#define CALL(f) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define MAP(d, fd) INSN(BPF_LD | BPF_IMM | BPF_DW, d, BPF_PSEUDO_MAP_FD, 0, fd), INSN(0, 0, 0, 0, 0)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define FIELD(name) ((int)offsetof(struct counts, name))
#define FP BPF_REG_10

/* r0 = the counts of this thread, or NULL. The key stays on the stack. */
#define LOOK_UP(map)								\
	CALL(BPF_FUNC_get_current_pid_tgid), STORE32(FP, -4, BPF_REG_0),	\
	MAP(BPF_REG_1, map), MOV(BPF_REG_2, FP), ADD(BPF_REG_2, -4),		\
	CALL(BPF_FUNC_map_lookup_elem)

static long bpf(int command, union bpf_attr *attr, const char *what)
{
	long result = syscall(SYS_bpf, command, attr, sizeof(*attr));

	if (result < 0)
		err(1, "%s", what);
	return result;
}

static int attach(const char *tracepoint, const struct bpf_insn *insns, size_t count)
{
	static char log[65536];
	union bpf_attr load = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insns = (uintptr_t)insns,
		.insn_cnt = count, .license = (uintptr_t)"GPL",
		.log_level = 1, .log_buf = (uintptr_t)log, .log_size = sizeof(log),
	};
	union bpf_attr open = { .raw_tracepoint.name = (uintptr_t)tracepoint };
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));

	if (fd < 0)
		err(1, "program for %s: %s", tracepoint, log);
	open.raw_tracepoint.prog_fd = fd;
	return bpf(BPF_RAW_TRACEPOINT_OPEN, &open, tracepoint);
}

static void print_sum(int map)
{
	struct counts counts, sum = { 0 };
	uint32_t key, next;
	union bpf_attr attr = { .map_fd = map, .next_key = (uintptr_t)&next };

	while (!syscall(SYS_bpf, BPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr))) {
		union bpf_attr look_up = { .map_fd = map, .key = (uintptr_t)&next,
					   .value = (uintptr_t)&counts };

		bpf(BPF_MAP_LOOKUP_ELEM, &look_up, "map");
		sum.vm_switches += counts.vm_switches;
		sum.qemu_switches += counts.qemu_switches;
		key = next;
		attr.key = (uintptr_t)&key;
	}
	fprintf(stderr, "ebpf: %lu handled in KVM, %lu in user space\n", sum.vm_switches,
		sum.qemu_switches);
}

int main(int argc, char **argv)
{
	union bpf_attr create = {
		.map_type = BPF_MAP_TYPE_HASH, .key_size = sizeof(uint32_t),
		.value_size = sizeof(struct counts), .max_entries = 16384,
	};
	int map = bpf(BPF_MAP_CREATE, &create, "BPF_MAP_CREATE"), status;
	struct bpf_insn on_exit[] = {
		LOOK_UP(map),
		IF_ZERO(BPF_REG_0, 8),
		LOAD(BPF_REG_1, BPF_REG_0, FIELD(pending)),
		IF_ZERO(BPF_REG_1, 3),
		LOAD(BPF_REG_2, BPF_REG_0, FIELD(vm_switches)),
		ADD(BPF_REG_2, 1),
		STORE(BPF_REG_0, FIELD(vm_switches), BPF_REG_2),
		SET(BPF_REG_1, 1),
		STORE(BPF_REG_0, FIELD(pending), BPF_REG_1),
		INSN(BPF_JMP | BPF_JA, 0, 0, 12, 0),
		/* A thread's first exit. */
		STORE_ZERO(FP, -32 + FIELD(vm_switches)),
		STORE_ZERO(FP, -32 + FIELD(qemu_switches)),
		SET(BPF_REG_1, 1),
		STORE(FP, -32 + FIELD(pending), BPF_REG_1),
		MAP(BPF_REG_1, map),
		MOV(BPF_REG_2, FP), ADD(BPF_REG_2, -4),
		MOV(BPF_REG_3, FP), ADD(BPF_REG_3, -32),
		SET(BPF_REG_4, BPF_ANY),
		CALL(BPF_FUNC_map_update_elem),
		SET(BPF_REG_0, 0),
		EXIT,
	};
	struct bpf_insn on_userspace_exit[] = {
		LOOK_UP(map),
		IF_ZERO(BPF_REG_0, 6),
		LOAD(BPF_REG_1, BPF_REG_0, FIELD(pending)),
		IF_ZERO(BPF_REG_1, 4),
		LOAD(BPF_REG_2, BPF_REG_0, FIELD(qemu_switches)),
		ADD(BPF_REG_2, 1),
		STORE(BPF_REG_0, FIELD(qemu_switches), BPF_REG_2),
		STORE_ZERO(BPF_REG_0, FIELD(pending)),
		SET(BPF_REG_0, 0),
		EXIT,
	};

	if (argc < 2)
		errx(2, "usage: ebpf COMMAND...");
	attach("kvm_userspace_exit", on_userspace_exit, sizeof(on_userspace_exit) / sizeof(struct bpf_insn));
	attach("kvm_exit", on_exit, sizeof(on_exit) / sizeof(struct bpf_insn));
	if (fork() == 0) {
		execvp(argv[1], argv + 1);
		err(127, "%s", argv[1]);
	}
	wait(&status);
	print_sum(map);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
