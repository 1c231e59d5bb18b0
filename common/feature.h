/*
 * feature.h - the bodies of features: what is in them, and reading it with every length checked.
 *
 * Most bodies are a row of numbers and strings, and lists of them; a SHAPE describes such a body
 * in a line, and feature_walk() goes through it. The others have a function each.
 *
 *	u:KEY i:KEY U:KEY  a u32, s32, u64 of that name; u alone: no name; u=1: it has to be 1
 *	s:KEY              a string: u32 length, so many bytes, of which a NUL ends the text
 *	m:KEY              a bitmap: u64 number of bits, the bits in u64s
 *	x:KEY              u32 size, so many bytes that nobody looks at
 *	[KEY ...]          u32 number of elements, each of the shape ...
 *	<KEY ...>          the same with a u64
 *	*KEY ...;          elements up to the end of the body
 *	{KEY ...}          not in the file: what belongs together
 *
 * Source: tools/perf/Documentation/perf.data-file-format.txt of the kernel, and tools/perf/util/header.c
 * where that says too little.
 */
#ifndef COMMON_FEATURE_H
#define COMMON_FEATURE_H

#include "common/attrfield.h"

#include <stdbool.h>

/*
 * What is left of a body. After damage every number read is 0, every string "", every list empty.
 * Invariant: start <= at <= end. The bytes are the caller's, and are written to.
 */
struct feature_body {
	char *start, *at, *end;
	const char *wrong; /* what is wrong; NULL: nothing so far */
	size_t wrong_at;   /* where, bytes from the start */
	bool swap;	   /* numbers are in the other byte order */
};

uint32_t feature_u32(struct feature_body *b);
uint64_t feature_u64(struct feature_body *b);

/*
 * feature_str() - a string; lives as long as the body. One without a NUL loses its last byte.
 * Control characters and whatever else is in it are left as they are.
 */
const char *feature_str(struct feature_body *b);

/*
 * feature_count() - how many elements follow, a u32, of at least @least bytes each. There is room
 * for so many.
 */
uint32_t feature_count(struct feature_body *b, uint32_t least);

/* feature_bytes() - @len bytes, or NULL. */
char *feature_bytes(struct feature_body *b, uint64_t len);

/* feature_damage() - @what is wrong where the next byte would be read, unless damage was found before. */
void feature_damage(struct feature_body *b, const char *what);

/* Bits of a body. */
struct feature_bits {
	const char *words;
	uint64_t nr;
	bool swap;
};

/* feature_bitmap() - a bitmap; its words lie in the body. */
struct feature_bits feature_bitmap(struct feature_body *b);

/* feature_range() - the next run of set bits from *@at on: *@first to *@at, exclusively; or false. */
bool feature_range(const struct feature_bits *bits, uint64_t *at, uint64_t *first);

/* ---- shapes ---- */

/* What there is to know of a feature before its body is read. */
struct feature_kind {
	unsigned bit; /* enum feature */
	const char *name;
	const char *shape; /* NULL: one of the functions below reads it, or nothing has to */
};

/* All features that perf 7.2 has, by bit; ends with a row without a name. */
extern const struct feature_kind feature_kinds[];

/* feature_kind() - that of @bit, or NULL. */
const struct feature_kind *feature_kind(unsigned bit);

enum feature_item {
	FEATURE_NUMBER,
	FEATURE_SIGNED,
	FEATURE_TEXT,
	FEATURE_BITS,
	FEATURE_OPEN_LIST,
	FEATURE_CLOSE_LIST,
	FEATURE_OPEN_OBJECT, /* also an element of a list, when it has names inside */
	FEATURE_CLOSE_OBJECT,
};

struct feature_value {
	enum feature_item item;
	const char *key; /* key_len bytes; 0: an element of a list */
	int key_len;
	uint64_t number;	  /* FEATURE_NUMBER, FEATURE_SIGNED */
	const char *text;	  /* FEATURE_TEXT */
	struct feature_bits bits; /* FEATURE_BITS */
};

/*
 * feature_walk() - go through @b, which should be of @shape; @visit is told of everything that has
 * a name, or may be NULL. Bytes behind the last item are none of its business.
 */
void feature_walk(struct feature_body *b, const char *shape,
		  void (*visit)(void *arg, const struct feature_value *v), void *arg);

/* ---- bodies of no shape ---- */

/* CPU_TOPOLOGY has grown twice: what an old one does not have is 0. */
struct cpu_topology {
	uint32_t nr_sockets, nr_threads, nr_dies;   /* lists of CPUs, as "0-1" ... */
	struct feature_body sockets, threads, dies; /* ... so many strings each */
	uint32_t nr_cpus;			    /* of which it tells more */
	struct feature_body cpus;		    /* u32 core, u32 socket of each */
	struct feature_body cpu_dies;		    /* u32 die of each, when nr_dies is not 0 */
};

/* cpu_topology_read() - @nr_cpus: those of NRCPUS that may be online, 0 without that feature. */
void cpu_topology_read(struct cpu_topology *t, struct feature_body *b, uint32_t nr_cpus);

/* An event as EVENT_DESC has it. Lives as long as the body. */
struct event_desc {
	char attr[ATTR_BYTES]; /* in host byte order; zeros where it is shorter */
	const char *name;
	uint32_t nr_ids;
	struct feature_body ids; /* u64s */
};

/*
 * event_desc_open() - how many events follow, each to be read with event_desc_next();
 * *@attr_size: bytes of an attr in this body.
 */
uint32_t event_desc_open(struct feature_body *b, uint32_t *attr_size);
void event_desc_next(struct feature_body *b, uint32_t attr_size, struct event_desc *d);

/* A build id as BUILD_ID has it. */
struct build_id {
	int32_t pid; /* -1: of this machine's kernel, or of everybody */
	uint16_t misc;
	uint8_t size;
	const unsigned char *bytes;
	const char *filename;
};

/* build_id_next() - the next one; false at the end. */
bool build_id_next(struct feature_body *b, struct build_id *id);

/* A function of a BPF program, and where the kernel put it. */
struct bpf_function {
	const unsigned char *tag; /* 8 bytes */
	uint64_t addr;
	uint32_t size;
	uint32_t type; /* in the BTF of the program; when it says so */
};

/* A BPF program; its arrays lie in the body. */
struct bpf_program {
	uint32_t id, btf_id;
	char name[17];
	bool told;   /* the body tells of its functions ... */
	uint32_t nr; /* ... which are so many */
	const char *tags, *addrs, *sizes;
	const char *types;   /* NULL: it does not say which types its functions have */
	uint32_t types_step; /* bytes from one to the next */
	bool swap;
};

/* bpf_program_next() - the next one, of so many as feature_count(b, 16) said. */
void bpf_program_next(struct feature_body *b, struct bpf_program *p);

/* bpf_function_at() - the function @i < p->nr. */
struct bpf_function bpf_function_at(const struct bpf_program *p, uint32_t i);

/* cpu_domains_named() - has CPU_DOMAIN_INFO, not yet begun to read, names of domains? */
bool cpu_domains_named(const struct feature_body *b);

/* cpu_domains_shape() - the shape of CPU_DOMAIN_INFO, which depends on that. */
const char *cpu_domains_shape(const struct feature_body *b);

/*
 * feature_check() - is @body, a copy for this purpose, as it has to be? Its wrong is set if not.
 * @nr_cpus as in cpu_topology_read(); @nr_events: those of the file.
 */
void feature_check(struct feature_body *body, unsigned bit, uint32_t nr_cpus, uint32_t nr_events);

#endif
