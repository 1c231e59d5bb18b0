/*
 * abi.h - the structures and constants of a perf.data file.
 *
 * The kernel's own part (attr, kernel records, sample_type) is <linux/perf_event.h>; here is what
 * user space adds. Source: tools/perf/Documentation/perf.data-file-format.txt of the kernel, and
 * what perf 6.1 writes. All integers are in the byte order of the recording machine.
 */
#ifndef COMMON_ABI_H
#define COMMON_ABI_H

#include <assert.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdint.h>

#define PERF_MAGIC	   0x32454c4946524550ULL /* "PERFILE2", little endian */
#define PERF_MAGIC_SWAPPED 0x50455246494c4532ULL
#define PERF_MAGIC_OLD	   "PERFFILE" /* perf before 3.4; in both byte orders */

/* misc of LOST_SAMPLES: dropped by a BPF filter, which is no loss. Source: perf 6.13. */
#define MISC_LOST_SAMPLES_BPF (1 << 15)

/* misc of a build id: its size is told. Source: perf 5.11. */
#define MISC_BUILD_ID_SIZE (1 << 15)

/* Newer than the headers of the oldest distribution that we build on. */
#ifndef PERF_FORMAT_LOST
#define PERF_FORMAT_LOST (1U << 4) /* kernel 6.0 */
#endif

#define ATTR_SIZE_VER8 136 /* adds config3; kernel 6.3 */
#define ATTR_SIZE_VER9 144 /* adds config4; after kernel 6.18 */

/* A part of the file: where its bytes are. */
struct file_section {
	uint64_t offset; /* bytes from the start of the file */
	uint64_t size;	 /* bytes */
};
static_assert(sizeof(struct file_section) == 16, "on disk");

/*
 * offset width
 *   0    8   magic
 *   8    8   size of this header: 104; 72 without flags; 16 in pipe mode (magic and size only)
 *  16    8   attr_size: stride of the attr table, attr.size + 16
 *  24   16   attrs: the attr table
 *  40   16   data: the records
 *  56   16   event_types: dead since 3.11; 0,0
 *  72   32   flags: 256-bit map of the features in the table behind the data
 */
struct file_header {
	uint64_t magic;
	uint64_t size;
	uint64_t attr_size;
	struct file_section attrs;
	struct file_section data;
	struct file_section event_types;
	uint64_t flags[4];
};
static_assert(sizeof(struct file_header) == 104, "on disk");

#define FILE_HEADER_SIZE_OLD  72 /* no flags */
#define FILE_HEADER_SIZE_PIPE 16

/* Features: bit numbers in file_header.flags; the table has one file_section a set bit. */
enum feature {
	FEATURE_TRACING_DATA = 1, /* tracing.h */
	FEATURE_BUILD_ID = 2,
	FEATURE_HOSTNAME = 3,
	FEATURE_OSRELEASE = 4,
	FEATURE_VERSION = 5,
	FEATURE_ARCH = 6,
	FEATURE_NRCPUS = 7, /* u32 highest present CPU + 1, u32 online */
	FEATURE_CPUDESC = 8,
	FEATURE_CPUID = 9,
	FEATURE_TOTAL_MEM = 10, /* u64 kB */
	FEATURE_CMDLINE = 11,	/* u32 n, n strings */
	FEATURE_EVENT_DESC = 12,
	FEATURE_CPU_TOPOLOGY = 13, /* sockets, threads, core and socket of each CPU, dies */
	FEATURE_NUMA_TOPOLOGY = 14,
	FEATURE_BRANCH_STACK = 15, /* no bytes: samples have branch stacks */
	FEATURE_PMU_MAPPINGS = 16,
	FEATURE_GROUP_DESC = 17,
	FEATURE_AUXTRACE = 18, /* offsets of AUXTRACE records */
	FEATURE_STAT = 19,     /* no bytes: a recording of perf stat */
	FEATURE_CACHE = 20,
	FEATURE_SAMPLE_TIME = 21, /* u64 first, u64 last, ns */
	FEATURE_MEM_TOPOLOGY = 22,
	FEATURE_CLOCKID = 23, /* u64 resolution, ns */
	FEATURE_DIR_FORMAT = 24,
	FEATURE_BPF_PROG_INFO = 25,
	FEATURE_BPF_BTF = 26,
	FEATURE_COMPRESSED =
		27, /* u32 version 0, type 1: zstd, level, ratio, most bytes out of one */
	FEATURE_CPU_PMU_CAPS = 28,
	FEATURE_CLOCK_DATA = 29, /* u32 1, u32 clockid, u64 time of day, u64 clock's time, ns */
	FEATURE_HYBRID_TOPOLOGY = 30,
	FEATURE_PMU_CAPS = 31,
	FEATURE_CPU_DOMAIN_INFO = 32,
	FEATURE_E_MACHINE = 33,
	FEATURE_CLN_SIZE = 34,
	FEATURE_MAX = 256,
};

#define CLOCK_DATA_VERSION 1

/* Records of the kernel that the headers of the oldest distribution may not name. */
enum kernel_record {
	RECORD_KSYMBOL = 17,
	RECORD_BPF_EVENT = 18,
	RECORD_CGROUP = 19,
	RECORD_TEXT_POKE = 20,
	RECORD_AUX_OUTPUT_HW_ID = 21,
	RECORD_CALLCHAIN_DEFERRED = 22,
};

/* A stream's mark behind its features is an empty one of this number, or of a higher. */
#define FEATURE_MARK_MIN 32

/* Records from user space; never from the kernel, and without the sample_id trailer. */
enum user_record {
	RECORD_USER_FIRST = 64,
	RECORD_HEADER_ATTR = 64,  /* attr, then the ids of the event */
	RECORD_EVENT_TYPE = 65,	  /* dead since 3.11 */
	RECORD_TRACING_DATA = 66, /* u32 payload bytes, which follow the record */
	RECORD_BUILD_ID = 67,
	RECORD_FINISHED_ROUND = 68,
	RECORD_ID_INDEX = 69,
	RECORD_AUXTRACE_INFO = 70,
	RECORD_AUXTRACE = 71, /* u64 payload bytes, which follow the record */
	RECORD_AUXTRACE_ERROR = 72,
	RECORD_THREAD_MAP = 73,
	RECORD_CPU_MAP = 74,
	RECORD_STAT_CONFIG = 75,
	RECORD_STAT = 76,
	RECORD_STAT_ROUND = 77,
	RECORD_EVENT_UPDATE = 78, /* u64 kind, u64 id of the event, what is new of it */
	RECORD_TIME_CONV = 79,
	RECORD_FEATURE = 80,	/* u64 number, body as in a file */
	RECORD_HEAD_END = 81,	/* what describes a stream has a lower type */
	RECORD_COMPRESSED = 81, /* zstd bytes to the end of the record */
	RECORD_FINISHED_INIT = 82,
	RECORD_COMPRESSED2 = 83, /* u64 bytes of zstd, they, zeros up to a multiple of 8 */
	RECORD_BPF_METADATA = 84,
	RECORD_SCHEDSTAT_CPU = 85,
	RECORD_SCHEDSTAT_DOMAIN = 86,
};

#define RECORD_SIZE_MAX 65535 /* u16 header.size */

/*
 * Of Android's simpleperf, which sets features from here on: records of its own, with any size, whose upper
 * half is where misc is (struct RecordHeader in its record.h).
 */
#define FEATURE_SIMPLEPERF_FIRST 128
#define RECORD_SIMPLEPERF_FIRST	 32768

/* Kinds of EVENT_UPDATE. */
#define EVENT_UPDATE_UNIT  0 /* a string with its NUL */
#define EVENT_UPDATE_SCALE 1 /* a double */
#define EVENT_UPDATE_NAME  2 /* a string with its NUL */
#define EVENT_UPDATE_CPUS  3 /* a set of CPUs, as in CPU_MAP */

/* PERF_RECORD_LOST: the ring had no room; count since the last one, of all events of the ring. */
struct record_lost {
	struct perf_event_header header;
	uint64_t id;
	uint64_t lost;
};
static_assert(sizeof(struct record_lost) == 24, "on disk");

/* PERF_RECORD_LOST_SAMPLES: exact loss of the event whose id is in the trailer. */
struct record_lost_samples {
	struct perf_event_header header;
	uint64_t lost;
};
static_assert(sizeof(struct record_lost_samples) == 16, "on disk");

/* PERF_RECORD_COMM: comm is NUL-terminated, padded to 8; then the trailer. */
struct record_comm {
	struct perf_event_header header;
	uint32_t pid, tid;
	char comm[];
};
static_assert(sizeof(struct record_comm) == 16, "on disk");

/* misc of MMAP2: it has the build id instead of the inode (kernel 5.12). */
#ifndef PERF_RECORD_MISC_MMAP_BUILD_ID
#define PERF_RECORD_MISC_MMAP_BUILD_ID (1 << 14)
#endif

#define BUILD_ID_MAX 20 /* bytes; a SHA-1, or shorter */

/* PERF_RECORD_MMAP2: filename is NUL-terminated, padded to 8; then the trailer. */
struct record_mmap2 {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t addr, len, pgoff;
	union {
		struct {
			uint32_t maj, min;
			uint64_t ino, ino_generation;
		} inode;
		struct {
			uint8_t size, reserved[3];
			uint8_t bytes[BUILD_ID_MAX];
		} build_id; /* with PERF_RECORD_MISC_MMAP_BUILD_ID */
	};
	uint32_t prot, flags; /* as of mmap(2) */
	char filename[];
};
static_assert(sizeof(struct record_mmap2) == 72, "on disk");

/* PERF_RECORD_FORK and PERF_RECORD_EXIT. */
struct record_task {
	struct perf_event_header header;
	uint32_t pid, ppid;
	uint32_t tid, ptid;
	uint64_t time; /* ns */
};
static_assert(sizeof(struct record_task) == 32, "on disk");

/*
 * The trailer of rec's own non-sample records: sample_id_all with TID | TIME | CPU | IDENTIFIER.
 * In records that rec makes up only what matters is filled; time 0 means "before everything".
 */
struct record_trailer {
	uint32_t pid, tid;
	uint64_t time; /* ns */
	uint32_t cpu, reserved;
	uint64_t id;
};
static_assert(sizeof(struct record_trailer) == 32, "on disk");

#endif
