/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef VMB_KMOD_UAPI_VMBENCH_H
#define VMB_KMOD_UAPI_VMBENCH_H
/*
 * /dev/vmbench: what the kernel module and its clients agree on.
 *
 * Opening the device needs CAP_SYS_ADMIN; one client at a time has it open (-EBUSY for the second).
 * Every probe has a name and a number; the client chooses sizes, never code. The module hands back
 * raw samples, one per window, and computes no average.
 *
 * Rules of this interface: fixed-size structs without implicit padding, addresses are __u64,
 * reserved fields and unknown flags must be 0 (-EINVAL), unknown commands give -ENOTTY. What is
 * added later gets a new command number or a new probe number; nothing that exists changes.
 */

#include <linux/ioctl.h>
#include <linux/types.h>

#define VMB_KMOD_ABI		1
#define VMB_KMOD_DEVICE		"/dev/vmbench"

/* Bounds. A request beyond them is refused with -EINVAL. */
#define VMB_KMOD_MAX_ITERS	65536u		/* operations of one sample */
#define VMB_KMOD_MAX_SAMPLES	4096u		/* samples of one call */
#define VMB_KMOD_MAX_PAGES	512u		/* pages of one operation */
#define VMB_KMOD_MAX_COUNTERS	8u
#define VMB_KMOD_MAX_DETAIL	16u
#define VMB_KMOD_MAX_TIMEOUT_NS	10000000000ull	/* of one call */
#define VMB_KMOD_TIMEOUT_NS	1000000000ull	/* what timeout_ns = 0 means */
#define VMB_KMOD_WINDOW_NS	100000u		/* interrupts are off at most so long */

/* WALK_LEVELS: this detail is what one stamp costs in there; 0 from a module older than that. */
#define VMB_KMOD_DETAIL_STAMP	(VMB_KMOD_MAX_DETAIL - 1)

#define VMB_KMOD_CPU_ANY	0xffffffffu	/* run where the caller happens to be */
#define VMB_KMOD_NAME_BYTES	32
#define VMB_KMOD_REASON_BYTES	128

/*
 * enum vmb_kmod_probe - the probes. The high byte is the family. A number is never used again for
 * something else.
 *
 * Unless the text says otherwise a probe runs with interrupts off, takes no address and has no
 * detail[]. "Touch" is a load of one byte of each of @pages pages beginning at @addr, in the
 * caller's address space, as the kernel sees it.
 */
enum vmb_kmod_probe {
	/* Nothing between the two time stamps: their own cost, which clients subtract. */
	VMB_PROBE_TIMER			= 0x0001,

	/* TLB, this CPU. @addr, @pages; @method; with VMB_KMOD_RUN_TOUCH flush, then touch. */
	VMB_PROBE_TLB_TOUCH		= 0x0101,	/* touch only */
	VMB_PROBE_TLB_FLUSH_PAGE	= 0x0102,	/* one page at @addr */
	VMB_PROBE_TLB_FLUSH_RANGE	= 0x0103,	/* @pages pages, one by one */
	VMB_PROBE_TLB_FLUSH_SPACE	= 0x0104,	/* the address space */
	VMB_PROBE_TLB_FLUSH_ALL		= 0x0105,	/* everything, with global entries */
	/*
	 * TLB, every CPU of @cpus. Interrupts on (it waits for other CPUs). Where the flush is sent
	 * by interrupt, detail[0] is the number of CPUs that took part, and then in pairs, for the
	 * first seven of them in order of number, ticks from begin to the entry of their handler and
	 * to its end; 0, 0 for the CPU that sent it. For the last operation of the sample.
	 */
	VMB_PROBE_TLB_SHOOT_PAGE	= 0x0112,
	VMB_PROBE_TLB_SHOOT_RANGE	= 0x0113,
	VMB_PROBE_TLB_SHOOT_SPACE	= 0x0114,
	VMB_PROBE_TLB_SHOOT_ALL		= 0x0115,

	/*
	 * Page tables of the caller's own private anonymous (or private hugetlb) memory at @addr.
	 * One operation per sample where VMB_KMOD_RUN_COLD is given.
	 */
	VMB_PROBE_WALK_LEVELS		= 0x0201,	/* one walk; detail[i]: level i, top first, with
							 * a stamp each; see VMB_KMOD_DETAIL_STAMP */
	VMB_PROBE_WALK_WHOLE		= 0x0202,	/* the same loads, no time stamps between */
	VMB_PROBE_WALK_HARDWARE		= 0x0203,	/* one touch after a flush of its page */
	/* Changes to a 4K (base page) entry; undone before the lock of the table is released. */
	VMB_PROBE_PTE_CLEAR_SET		= 0x0211,	/* clear, set again */
	VMB_PROBE_PTE_PROTECT		= 0x0212,	/* make read-only, flush the page, undo */
	VMB_PROBE_PTE_SCAN		= 0x0213,	/* @pages entries; detail: accessed, dirty */
	/* Of @pages entries; detail[0]: how many had it. Untimed: set before (accessed) and after. */
	VMB_PROBE_PTE_CLEAR_ACCESSED	= 0x0214,
	VMB_PROBE_PTE_CLEAR_DIRTY	= 0x0215,

	/* Caches; on the module's own memory. */
	VMB_PROBE_CACHE_FLUSH_CLEAN	= 0x0301,	/* load a line, flush it */
	VMB_PROBE_CACHE_FLUSH_DIRTY	= 0x0302,	/* store to a line, flush it */
	VMB_PROBE_CACHE_WRITE_BACK_ALL	= 0x0303,	/* every cache of this CPU; interrupts on */

	/*
	 * Kernel entry seen from inside. Interrupts on. detail[0]: ticks to the handler's entry, of
	 * the last operation.
	 */
	VMB_PROBE_ENTRY_IPI		= 0x0401,	/* to the first other CPU of @cpus and back */
	VMB_PROBE_ENTRY_SELF_IRQ	= 0x0402,	/* interrupt to oneself */
	VMB_PROBE_ENTRY_SOFTIRQ		= 0x0403,	/* tasklet */
	VMB_PROBE_ENTRY_SWITCH		= 0x0404,	/* two kernel threads, there and back */
};

/*
 * enum vmb_kmod_method - how a TLB flush is done. 0 is the best one the CPU has for the scope.
 */
enum vmb_kmod_method {
	VMB_METHOD_DEFAULT		= 0,
	VMB_METHOD_INVLPG		= 1,	/* x86: this PCID, and global entries of the page */
	VMB_METHOD_INVPCID_ADDR		= 2,	/* x86: also the user half's PCID under PTI */
	VMB_METHOD_CR3			= 3,	/* x86: reload of CR3 */
	VMB_METHOD_INVPCID_CONTEXT	= 4,	/* x86: also the user half's PCID under PTI */
	VMB_METHOD_CR4_PGE		= 5,	/* x86: CR4.PGE off and on */
	VMB_METHOD_INVPCID_ALL		= 6,
	VMB_METHOD_TLBI_VA		= 16,	/* arm64: vae1, this CPU */
	VMB_METHOD_TLBI_VA_IS		= 17,	/* arm64: vae1is, broadcast */
	VMB_METHOD_TLBI_ASID		= 18,
	VMB_METHOD_TLBI_ASID_IS		= 19,
	VMB_METHOD_TLBI_ALL		= 20,
	VMB_METHOD_TLBI_ALL_IS		= 21,
	VMB_METHOD_SFENCE_VA		= 32,	/* riscv64: sfence.vma va, x0 */
	VMB_METHOD_SFENCE_ASID		= 33,	/* riscv64: sfence.vma x0, asid */
	VMB_METHOD_SFENCE_ALL		= 34,	/* riscv64: sfence.vma x0, x0 */
};
#define VMB_KMOD_MAX_METHOD	63u

/* vmb_kmod_info.features */
#define VMB_KMOD_F_PTI		(1u << 0)	/* user and kernel page tables are separate */
#define VMB_KMOD_F_PCID		(1u << 1)	/* x86: CR4.PCIDE is on */
#define VMB_KMOD_F_INVPCID	(1u << 2)
#define VMB_KMOD_F_LA57		(1u << 3)	/* x86: five levels in use */
#define VMB_KMOD_F_GLOBAL_PAGES	(1u << 4)	/* x86: CR4.PGE is on */
#define VMB_KMOD_F_USER_COUNTERS (1u << 5)	/* CR4.PCE, PMUSERENR_EL0, scounteren: on
						 * this CPU now; Linux may switch it */
#define VMB_KMOD_F_PMU		(1u << 6)	/* a hardware cycle or instruction counter opens */
#define VMB_KMOD_F_HYPERVISOR	(1u << 7)	/* the CPU says so */
#define VMB_KMOD_F_BROADCAST	(1u << 8)	/* flushes reach other CPUs without interrupts */

/**
 * struct vmb_kmod_info - VMB_KMOD_IOC_INFO fills it.
 * @abi: VMB_KMOD_ABI of the module
 * @elf_machine: EM_X86_64, EM_AARCH64, EM_RISCV
 * @page_bytes: base page
 * @levels: of the page tables of this kernel on this machine, as they are walked
 * @va_bits: of user addresses
 * @asid_bits: width of the address-space tags in the TLB, 0 when not used or not known
 * @features: VMB_KMOD_F_*
 * @line_bytes: cache line
 * @nr_probes: VMB_KMOD_IOC_PROBE knows indices 0 to this - 1
 * @nr_cpus: CPUs online
 * @selftest: 0 passed on this CPU, 1 not yet run on this CPU, otherwise an errno: it failed
 * @reserved: 0
 * @tick_hz: of the time stamps, 0 when the kernel does not say
 * @version: of the module, text
 * @selftest_text: what the self-test found, "" when it passed or was not run
 */
struct vmb_kmod_info {
	__u32 abi;
	__u32 elf_machine;
	__u32 page_bytes;
	__u32 levels;
	__u32 va_bits;
	__u32 asid_bits;
	__u32 features;
	__u32 line_bytes;
	__u32 nr_probes;
	__u32 nr_cpus;
	__u32 selftest;
	__u32 reserved;
	__u64 tick_hz;
	char version[VMB_KMOD_NAME_BYTES];
	char selftest_text[VMB_KMOD_REASON_BYTES];
};

/* vmb_kmod_probe_info.needs */
#define VMB_KMOD_NEEDS_ADDR	(1u << 0)	/* addr must be memory of the caller */
#define VMB_KMOD_NEEDS_CPUS	(1u << 1)	/* cpus matters */
#define VMB_KMOD_NEEDS_PAGES	(1u << 2)	/* pages matters without VMB_KMOD_RUN_TOUCH */
#define VMB_KMOD_IRQS_ON	(1u << 3)	/* measured with interrupts on */
#define VMB_KMOD_NO_COUNTERS	(1u << 4)	/* done by other threads: none can count */
#define VMB_KMOD_TAKES_METHOD	(1u << 5)
#define VMB_KMOD_SELFTESTED	(1u << 6)	/* refused until the self-test has passed */

/**
 * struct vmb_kmod_probe_info - VMB_KMOD_IOC_PROBE fills it.
 * @index: in: 0 to nr_probes - 1; -ENOENT beyond
 * @probe: enum vmb_kmod_probe
 * @error: 0 when the probe can run here, otherwise the errno that a run would give
 * @needs: VMB_KMOD_NEEDS_* and what stands with them
 * @flags: VMB_KMOD_RUN_* that the probe takes
 * @reserved: 0
 * @methods: bit n: method n works here
 * @name: "tlb/flush_page"
 * @reason: why @error is not 0
 */
struct vmb_kmod_probe_info {
	__u32 index;
	__u32 probe;
	__u32 error;
	__u32 needs;
	__u32 flags;
	__u32 reserved;
	__u64 methods;
	char name[VMB_KMOD_NAME_BYTES];
	char reason[VMB_KMOD_REASON_BYTES];
};

/* vmb_kmod_run.flags */
#define VMB_KMOD_RUN_TOUCH	(1u << 0)	/* TLB: touch the pages after each flush */
#define VMB_KMOD_RUN_COLD	(1u << 1)	/* walk: flush the entries' lines before */
#define VMB_KMOD_RUN_FLAGS	3u

/* vmb_kmod_run.result */
#define VMB_KMOD_RESULT_SIGNAL	(1u << 0)	/* a signal came: fewer samples */
#define VMB_KMOD_RESULT_TIMEOUT	(1u << 1)	/* timeout_ns is over: fewer samples */

/**
 * struct vmb_kmod_counter - a hardware event, in terms of perf_event_attr.
 * @type: PERF_TYPE_HARDWARE, PERF_TYPE_HW_CACHE or PERF_TYPE_RAW; others give -EINVAL
 * @reserved: 0
 * @config: as in perf_event_attr
 */
struct vmb_kmod_counter {
	__u32 type;
	__u32 reserved;
	__u64 config;
};

/**
 * struct vmb_kmod_run - VMB_KMOD_IOC_RUN; runs one probe.
 * @probe: enum vmb_kmod_probe
 * @flags: VMB_KMOD_RUN_*
 * @method: enum vmb_kmod_method
 * @cpu: the CPU that the caller has bound itself to, or VMB_KMOD_CPU_ANY. -EXDEV when the caller
 *       runs on another one: the module changes nobody's affinity
 * @iters: operations of one sample, 1 to VMB_KMOD_MAX_ITERS. A sample is one window: if that many
 *         do not fit, it has fewer, see vmb_kmod_sample.ops
 * @samples: 1 to VMB_KMOD_MAX_SAMPLES
 * @pages: 1 to VMB_KMOD_MAX_PAGES
 * @nr_counters: of @counters, up to VMB_KMOD_MAX_COUNTERS
 * @addr: page-aligned address in the caller's memory, for probes that need one; else 0
 * @cpus: address of a bit mask of CPUs, little-endian __u64 words; 0: every online CPU
 * @cpus_bytes: its length, a multiple of 8; 0 when @cpus is 0
 * @reserved: 0
 * @timeout_ns: for the whole call, 0: VMB_KMOD_TIMEOUT_NS
 * @sample_buf: address of struct vmb_kmod_sample [@samples]
 * @counters: the first @nr_counters; the rest must be 0
 * @done: out: samples written
 * @result: out: VMB_KMOD_RESULT_*
 * @levels: out: page probes: levels walked from the top to the leaf
 * @leaf_shift: out: page probes: log2 of the bytes that the leaf maps
 * @reason: out: what was wrong, in words, when the call fails; "" otherwise
 *
 * Return of the ioctl: 0 with at least one sample, or -1 with errno
 *   EINVAL      a field is out of its range; @reason names it
 *   ENOENT      no such probe
 *   EOPNOTSUPP  this kernel, CPU or mapping cannot; @reason says what is missing
 *   EFAULT      a pointer of the struct, or the memory at @addr, is not accessible
 *   EXDEV       the caller is not on @cpu
 *   ENODEV      none of @cpus can take part
 *   EIO         the self-test failed: this probe's numbers would mean nothing
 *   EINTR       a signal came before the first sample; ENOMEM, EBUSY (a counter is in use)
 */
struct vmb_kmod_run {
	__u32 probe;
	__u32 flags;
	__u32 method;
	__u32 cpu;
	__u32 iters;
	__u32 samples;
	__u32 pages;
	__u32 nr_counters;
	__u64 addr;
	__u64 cpus;
	__u32 cpus_bytes;
	__u32 reserved;
	__u64 timeout_ns;
	__u64 sample_buf;
	struct vmb_kmod_counter counters[VMB_KMOD_MAX_COUNTERS];
	__u32 done;
	__u32 result;
	__u32 levels;
	__u32 leaf_shift;
	char reason[VMB_KMOD_REASON_BYTES];
};

/* vmb_kmod_sample.flags */
#define VMB_KMOD_SAMPLE_LONG	(1u << 0)	/* longer than VMB_KMOD_WINDOW_NS: one
						 * operation is, or the CPU was away */

/**
 * struct vmb_kmod_sample - one window, raw.
 * @begin_ticks: time stamp before the first operation
 * @end_ticks: time stamp after the last one
 * @ops: operations in between, 1 to vmb_kmod_run.iters
 * @cpu: where it ran
 * @flags: VMB_KMOD_SAMPLE_*
 * @counted: bit i: counter[i] was really counted; clear: absent, whatever the array says
 * @counter: differences over the window
 * @detail: see enum vmb_kmod_probe; 0 where the probe has none
 */
struct vmb_kmod_sample {
	__u64 begin_ticks;
	__u64 end_ticks;
	__u32 ops;
	__u32 cpu;
	__u32 flags;
	__u32 counted;
	__u64 counter[VMB_KMOD_MAX_COUNTERS];
	__u64 detail[VMB_KMOD_MAX_DETAIL];
};

_Static_assert(sizeof(struct vmb_kmod_info) == 216, "vmb_kmod_info has padding");
_Static_assert(sizeof(struct vmb_kmod_probe_info) == 192, "vmb_kmod_probe_info has padding");
_Static_assert(sizeof(struct vmb_kmod_counter) == 16, "vmb_kmod_counter has padding");
_Static_assert(sizeof(struct vmb_kmod_run) == 344, "vmb_kmod_run has padding");
_Static_assert(sizeof(struct vmb_kmod_sample) == 224, "vmb_kmod_sample has padding");

#define VMB_KMOD_IOC_MAGIC	0xb7
#define VMB_KMOD_IOC_INFO	_IOR(VMB_KMOD_IOC_MAGIC, 0x00, struct vmb_kmod_info)
#define VMB_KMOD_IOC_PROBE	_IOWR(VMB_KMOD_IOC_MAGIC, 0x01, struct vmb_kmod_probe_info)
#define VMB_KMOD_IOC_RUN	_IOWR(VMB_KMOD_IOC_MAGIC, 0x02, struct vmb_kmod_run)
#define VMB_KMOD_IOC_SELFTEST	_IO(VMB_KMOD_IOC_MAGIC, 0x03)	/* on this CPU; result in INFO */

#endif /* VMB_KMOD_UAPI_VMBENCH_H */
