/*
 * recbuild.h - builds records and whole perf.data files, for tests and for fuzz seeds.
 *
 * Written from the kernel's comments and from perf's file format document, not from our reader or
 * writer, so that both can be tested against it. All in this machine's byte order.
 *
 *	struct rb_file b = { 0 };
 *	rb_raw_syscalls(&b);
 *	rb_enter(&b, &(struct rb_values){ .tid = 7, .time = 100 }, 39);
 *	assert_return_code(file_open(&f, rb_path(&b), &err), 0);
 */
#ifndef TESTS_RECBUILD_H
#define TESTS_RECBUILD_H

#include "common/abi.h"
#include "common/buf.h"
#include "common/util.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Ids of the tracepoints and of the events in a file of rb_raw_syscalls(). */
enum {
	RB_CONFIG_ENTER = 443,
	RB_CONFIG_EXIT = 442,
	RB_ID_ENTER = 1001,
	RB_ID_ENTER_CPU1 = 1002,
	RB_ID_EXIT = 2001,
	RB_ID_EXIT_CPU1 = 2002,
};

/* What rec samples: without IP and PERIOD. */
#define RB_SAMPLE_TYPE                                                                   \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU | \
	 PERF_SAMPLE_RAW)

#define RB_BRANCH_WORDS 3 /* u64 of a branch: from, to, flags */
#define RB_EVENTS_MAX	8
#define RB_IDS_MAX	4

/* Values of a sample, or of the trailer of another record. What its sample_type lacks is unused. */
struct rb_values {
	uint16_t misc;
	uint32_t pid, tid, cpu;
	uint64_t id, ip, time, addr, stream_id, period;
	const uint64_t *read; /* the whole block, as read_format has it */
	uint32_t nr_read;     /* u64 in it */
	const uint64_t *callchain;
	uint32_t nr_callchain;
	const void *raw;
	uint32_t raw_len; /* bytes; zeros are added as the kernel does */
	const uint64_t *branch;
	uint32_t nr_branch;
	uint64_t regs_user_abi, regs_intr_abi; /* 0: no registers follow */
	const void *stack;
	uint32_t stack_len; /* bytes, a multiple of 8 */
	uint64_t weight, data_src, transaction, phys_addr, cgroup, data_page_size, code_page_size;
	const void *aux;
	uint32_t aux_len; /* bytes, a multiple of 8 */
};

/* A feature: its bit and its bytes. */
struct rb_feature {
	bool present;
	struct buf body;
};

/* A file to be. A zeroed one has no events, no features and no records. */
struct rb_file {
	struct perf_event_attr attrs[RB_EVENTS_MAX];
	uint64_t ids[RB_EVENTS_MAX][RB_IDS_MAX];
	uint32_t nr_ids[RB_EVENTS_MAX];
	uint32_t nr_events;
	struct rb_feature features[FEATURE_MAX];
	struct buf data;
	bool of_rec;	 /* feature bodies and a copy of their table lie in front of the data */
	bool unfinished; /* as after kill -9 of rec: the same, and data.size 0 */
	bool stream;	 /* in pipe mode; only the data's place is told then */
	/* Where things are, once rb_finish() was called. */
	struct file_header header;
	uint64_t table_off;
	uint64_t body_off[FEATURE_MAX];
	uint64_t ids_off[RB_EVENTS_MAX];
	struct buf out;	   /* the file */
	char path[512];	   /* of rb_path() */
	unsigned pause_us; /* of who writes it to a pipe, between two pieces */
};

/* ---- records ---- */

static inline void rb_record(struct buf *out, uint32_t type, uint16_t misc, const void *payload,
			     size_t len)
{
	struct perf_event_header header = { .type = type,
					    .misc = misc,
					    .size = sizeof(header) + len };

	buf_add(out, &header, sizeof(header));
	buf_add(out, payload, len);
}

/* A record of @size bytes whose payload counts up from its size: easy to tell from others. */
static inline void rb_filler(struct buf *out, uint32_t type, uint16_t size)
{
	struct perf_event_header header = { .type = type, .size = size };

	buf_add(out, &header, sizeof(header));
	for (uint32_t i = sizeof(header); i < size; i++)
		buf_add(out, &(uint8_t){ (uint8_t)(size + i) }, 1);
}

static inline void rb_add_pair(struct buf *out, uint32_t first, uint32_t second)
{
	buf_add_u32(out, first);
	buf_add_u32(out, second);
}

static inline void rb_add_words(struct buf *out, const uint64_t *words, size_t nr)
{
	buf_add(out, words, nr * sizeof(*words));
}

/* Registers: a number for each bit of @mask, so that every one is different. */
static inline void rb_add_regs(struct buf *out, uint64_t abi, uint64_t mask)
{
	buf_add_u64(out, abi);
	for (uint32_t bit = 0; abi && bit < 64; bit++)
		if (mask >> bit & 1)
			buf_add_u64(out, 0x1000 + bit);
}

/* The part of a sample up to RAW. Order: PERF_RECORD_SAMPLE in linux/perf_event.h. */
static inline void rb_sample_head(struct buf *out, uint64_t type, const struct rb_values *v)
{
	if (type & PERF_SAMPLE_IDENTIFIER)
		buf_add_u64(out, v->id);
	if (type & PERF_SAMPLE_IP)
		buf_add_u64(out, v->ip);
	if (type & PERF_SAMPLE_TID)
		rb_add_pair(out, v->pid, v->tid);
	if (type & PERF_SAMPLE_TIME)
		buf_add_u64(out, v->time);
	if (type & PERF_SAMPLE_ADDR)
		buf_add_u64(out, v->addr);
	if (type & PERF_SAMPLE_ID)
		buf_add_u64(out, v->id);
	if (type & PERF_SAMPLE_STREAM_ID)
		buf_add_u64(out, v->stream_id);
	if (type & PERF_SAMPLE_CPU)
		rb_add_pair(out, v->cpu, 0);
	if (type & PERF_SAMPLE_PERIOD)
		buf_add_u64(out, v->period);
	if (type & PERF_SAMPLE_READ)
		rb_add_words(out, v->read, v->nr_read);
	if (type & PERF_SAMPLE_CALLCHAIN) {
		buf_add_u64(out, v->nr_callchain);
		rb_add_words(out, v->callchain, v->nr_callchain);
	}
	if (type & PERF_SAMPLE_RAW) {
		uint32_t size = ALIGN_UP(v->raw_len + 4, 8u) - 4;

		buf_add_u32(out, size);
		buf_add(out, v->raw, v->raw_len);
		buf_add_zero(out, size - v->raw_len);
	}
}

static inline void rb_sample_tail(struct buf *out, const struct perf_event_attr *attr,
				  const struct rb_values *v)
{
	uint64_t type = attr->sample_type;

	if (type & PERF_SAMPLE_BRANCH_STACK) {
		buf_add_u64(out, v->nr_branch);
		rb_add_words(out, v->branch, (size_t)v->nr_branch * RB_BRANCH_WORDS);
	}
	if (type & PERF_SAMPLE_REGS_USER)
		rb_add_regs(out, v->regs_user_abi, attr->sample_regs_user);
	if (type & PERF_SAMPLE_STACK_USER) {
		buf_add_u64(out, v->stack_len);
		buf_add(out, v->stack, v->stack_len);
		if (v->stack_len)
			buf_add_u64(out, v->stack_len);
	}
	if (type & (PERF_SAMPLE_WEIGHT | PERF_SAMPLE_WEIGHT_STRUCT))
		buf_add_u64(out, v->weight);
	if (type & PERF_SAMPLE_DATA_SRC)
		buf_add_u64(out, v->data_src);
	if (type & PERF_SAMPLE_TRANSACTION)
		buf_add_u64(out, v->transaction);
	if (type & PERF_SAMPLE_REGS_INTR)
		rb_add_regs(out, v->regs_intr_abi, attr->sample_regs_intr);
	if (type & PERF_SAMPLE_PHYS_ADDR)
		buf_add_u64(out, v->phys_addr);
	if (type & PERF_SAMPLE_CGROUP)
		buf_add_u64(out, v->cgroup);
	if (type & PERF_SAMPLE_DATA_PAGE_SIZE)
		buf_add_u64(out, v->data_page_size);
	if (type & PERF_SAMPLE_CODE_PAGE_SIZE)
		buf_add_u64(out, v->code_page_size);
	if (type & PERF_SAMPLE_AUX) {
		buf_add_u64(out, v->aux_len);
		buf_add(out, v->aux, v->aux_len);
	}
}

static inline void rb_sample(struct buf *out, const struct perf_event_attr *attr,
			     const struct rb_values *v)
{
	struct buf body = { 0 };

	rb_sample_head(&body, attr->sample_type, v);
	rb_sample_tail(&body, attr, v);
	rb_record(out, PERF_RECORD_SAMPLE, v->misc, body.data, body.len);
	buf_release(&body);
}

/* The end of every record from the kernel that is no sample, if attr.sample_id_all. */
static inline void rb_trailer(struct buf *out, const struct perf_event_attr *attr,
			      const struct rb_values *v)
{
	uint64_t type = attr->sample_id_all ? attr->sample_type : 0;

	if (type & PERF_SAMPLE_TID)
		rb_add_pair(out, v->pid, v->tid);
	if (type & PERF_SAMPLE_TIME)
		buf_add_u64(out, v->time);
	if (type & PERF_SAMPLE_ID)
		buf_add_u64(out, v->id);
	if (type & PERF_SAMPLE_STREAM_ID)
		buf_add_u64(out, v->stream_id);
	if (type & PERF_SAMPLE_CPU)
		rb_add_pair(out, v->cpu, 0);
	if (type & PERF_SAMPLE_IDENTIFIER)
		buf_add_u64(out, v->id);
}

/* @payload with the trailer of @attr behind it. */
static inline void rb_side(struct buf *out, const struct perf_event_attr *attr, uint32_t type,
			   const void *payload, size_t len, const struct rb_values *v)
{
	struct buf body = { 0 };

	buf_add(&body, payload, len);
	rb_trailer(&body, attr, v);
	rb_record(out, type, v->misc, body.data, body.len);
	buf_release(&body);
}

static inline void rb_comm(struct buf *out, const struct perf_event_attr *attr, uint32_t pid,
			   uint32_t tid, const char *comm, const struct rb_values *v)
{
	struct buf body = { 0 };
	size_t len = strlen(comm);

	rb_add_pair(&body, pid, tid);
	buf_add(&body, comm, len);
	buf_add_zero(&body, ALIGN_UP(len + 1, 8) - len);
	rb_side(out, attr, PERF_RECORD_COMM, body.data, body.len, v);
	buf_release(&body);
}

/* MMAP2 of @bytes at @addr. */
static inline void rb_mmap2(struct buf *out, const struct perf_event_attr *attr, uint64_t addr,
			    uint64_t bytes, const char *name, const struct rb_values *v)
{
	struct buf body = { 0 };
	size_t len = strlen(name);

	rb_add_pair(&body, v->pid, v->tid);
	rb_add_words(&body, (uint64_t[]){ addr, bytes, 0 }, 3);
	buf_add_zero(&body, 24);  /* of the file: maj, min, ino, ino_generation */
	rb_add_pair(&body, 5, 2); /* PROT_READ | PROT_EXEC, MAP_PRIVATE */
	buf_add(&body, name, len);
	buf_add_zero(&body, ALIGN_UP(len + 1, 8) - len);
	rb_side(out, attr, PERF_RECORD_MMAP2, body.data, body.len, v);
	buf_release(&body);
}

/* FORK and EXIT. */
static inline void rb_task(struct buf *out, const struct perf_event_attr *attr, uint32_t type,
			   uint32_t pid, uint32_t ppid, uint32_t tid, uint32_t ptid,
			   const struct rb_values *v)
{
	struct buf body = { 0 };

	rb_add_pair(&body, pid, ppid);
	rb_add_pair(&body, tid, ptid);
	buf_add_u64(&body, v->time);
	rb_side(out, attr, type, body.data, body.len, v);
	buf_release(&body);
}

static inline void rb_lost(struct buf *out, const struct perf_event_attr *attr, uint64_t id,
			   uint64_t lost, const struct rb_values *v)
{
	rb_side(out, attr, PERF_RECORD_LOST, (uint64_t[]){ id, lost }, 16, v);
}

/* The id is in the trailer. */
static inline void rb_lost_samples(struct buf *out, const struct perf_event_attr *attr,
				   uint64_t lost, const struct rb_values *v)
{
	rb_side(out, attr, PERF_RECORD_LOST_SAMPLES, &lost, 8, v);
}

static inline void rb_round(struct buf *out)
{
	rb_record(out, RECORD_FINISHED_ROUND, 0, NULL, 0);
}

/* ---- what is around the records ---- */

/* A string of a feature body: u32 length, bytes, NUL, zeros up to a multiple of 64. */
static inline void rb_str(struct buf *out, const char *text)
{
	size_t len = strlen(text), room = ALIGN_UP(len + 1, 64);

	buf_add_u32(out, room);
	buf_add(out, text, len);
	buf_add_zero(out, room - len);
}

static inline struct buf *rb_feature(struct rb_file *b, enum feature bit)
{
	b->features[bit].present = true;
	return &b->features[bit].body;
}

/* An event with @nr ids; returns its attr, for more to be set. */
static inline struct perf_event_attr *
rb_event(struct rb_file *b, uint64_t config, uint64_t sample_type, const uint64_t *ids, uint32_t nr)
{
	struct perf_event_attr *attr = &b->attrs[b->nr_events];

	*attr = (struct perf_event_attr){
		.type = PERF_TYPE_TRACEPOINT,
		.size = PERF_ATTR_SIZE_VER5,
		.config = config,
		.sample_period = 1,
		.sample_type = sample_type,
		.sample_id_all = 1,
	};
	for (uint32_t i = 0; i < nr; i++)
		b->ids[b->nr_events][i] = ids[i];
	b->nr_ids[b->nr_events++] = nr;
	return attr;
}

#define RB_FORMAT_COMMON                                                               \
	"format:\n"                                                                    \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"                   \
	"\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;\n"

#define RB_FORMAT_ENTER                                                                 \
	"name: sys_enter\nID: 443\n" RB_FORMAT_COMMON                                   \
	"\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;\n\n"           \
	"print fmt: \"NR %ld (%lx, %lx, %lx, %lx, %lx, %lx)\", REC->id, REC->args[0], " \
	"REC->args[1], REC->args[2], REC->args[3], REC->args[4], REC->args[5]\n"

#define RB_FORMAT_EXIT                                          \
	"name: sys_exit\nID: 442\n" RB_FORMAT_COMMON            \
	"\tfield:long ret;\toffset:16;\tsize:8;\tsigned:1;\n\n" \
	"print fmt: \"NR %ld = %ld\", REC->id, REC->ret\n"

/* u64 length and the bytes. */
static inline void rb_text(struct buf *out, const char *text)
{
	buf_add_u64(out, strlen(text));
	buf_add(out, text, strlen(text));
}

/* The TRACING_DATA section of a recording of raw_syscalls:sys_enter and sys_exit. */
static inline void rb_tracing(struct buf *out)
{
	buf_add(out, "\x17\x08\x44tracing0.6", 14);
	buf_add(out, (uint8_t[]){ __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, sizeof(long) }, 2);
	buf_add_u32(out, 4096);
	buf_add(out, "header_page", 12);
	rb_text(out, "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n");
	buf_add(out, "header_event", 13);
	rb_text(out, "# compressed entry header\n");
	buf_add_u32(out, 0); /* ftrace formats */
	buf_add_u32(out, 1); /* systems */
	buf_add(out, "raw_syscalls", 13);
	buf_add_u32(out, 2);
	rb_text(out, RB_FORMAT_ENTER);
	rb_text(out, RB_FORMAT_EXIT);
	buf_add_u32(out, 0); /* kallsyms */
	buf_add_u32(out, 0); /* printk formats */
	buf_add_u64(out, 0); /* saved cmdlines */
}

/* EVENT_DESC: the attrs and ids again, with a name. @names: one for each event. */
static inline void rb_event_desc(struct rb_file *b, const char *const *names)
{
	struct buf *out = rb_feature(b, FEATURE_EVENT_DESC);

	rb_add_pair(out, b->nr_events, b->attrs[0].size);
	for (uint32_t i = 0; i < b->nr_events; i++) {
		buf_add(out, &b->attrs[i], b->attrs[0].size);
		buf_add_u32(out, b->nr_ids[i]);
		rb_str(out, names[i]);
		rb_add_words(out, b->ids[i], b->nr_ids[i]);
	}
}

/* The events that rec records with -e raw_syscalls:*, their formats, and a few features. */
static inline void rb_raw_syscalls(struct rb_file *b)
{
	rb_event(b, RB_CONFIG_ENTER, RB_SAMPLE_TYPE, (uint64_t[]){ RB_ID_ENTER, RB_ID_ENTER_CPU1 },
		 2);
	rb_event(b, RB_CONFIG_EXIT, RB_SAMPLE_TYPE, (uint64_t[]){ RB_ID_EXIT, RB_ID_EXIT_CPU1 }, 2);
	rb_tracing(rb_feature(b, FEATURE_TRACING_DATA));
	rb_str(rb_feature(b, FEATURE_HOSTNAME), "box");
	rb_str(rb_feature(b, FEATURE_OSRELEASE), "6.1.0-test");
	rb_str(rb_feature(b, FEATURE_ARCH), "x86_64");
	rb_add_words(rb_feature(b, FEATURE_SAMPLE_TIME), (uint64_t[]){ 1000, 9000 }, 2);
	rb_event_desc(b, (const char *[]){ "raw_syscalls:sys_enter", "raw_syscalls:sys_exit" });
}

struct rb_raw_common {
	uint16_t type;
	uint8_t flags, preempt_count;
	int32_t pid;
};

/* A sys_enter of call @nr. v->id 0 means RB_ID_ENTER. Needs rb_raw_syscalls(). */
static inline void rb_enter_args(struct rb_file *b, const struct rb_values *v, int64_t nr,
				 const uint64_t args[6])
{
	struct {
		struct rb_raw_common common;
		int64_t nr;
		uint64_t args[6];
	} raw = { { RB_CONFIG_ENTER, 0, 0, v->tid }, nr, { 0 } };
	struct rb_values full = *v;

	memcpy(raw.args, args, sizeof(raw.args));
	full.id = v->id ? v->id : RB_ID_ENTER;
	full.raw = &raw;
	full.raw_len = sizeof(raw);
	rb_sample(&b->data, &b->attrs[0], &full);
}

static inline void rb_enter(struct rb_file *b, const struct rb_values *v, int64_t nr)
{
	rb_enter_args(b, v, nr, (uint64_t[]){ 1, 2, 3, 4, 5, 6 });
}

/* A sys_exit of call @nr with @ret. v->id 0 means RB_ID_EXIT. Needs rb_raw_syscalls(). */
static inline void rb_exit(struct rb_file *b, const struct rb_values *v, int64_t nr, int64_t ret)
{
	struct {
		struct rb_raw_common common;
		int64_t nr, ret;
	} raw = { { RB_CONFIG_EXIT, 0, 0, v->tid }, nr, ret };
	struct rb_values full = *v;

	full.id = v->id ? v->id : RB_ID_EXIT;
	full.raw = &raw;
	full.raw_len = sizeof(raw);
	rb_sample(&b->data, &b->attrs[1], &full);
}

/* ---- the file ---- */

/* The feature table, for bodies that lie one behind the other from @off on. */
static inline void rb_table(struct buf *out, struct rb_file *b, uint64_t off)
{
	for (uint32_t bit = 0; bit < FEATURE_MAX; bit++) {
		if (!b->features[bit].present)
			continue;
		b->header.flags[bit / 64] |= 1ULL << bit % 64;
		b->body_off[bit] = off;
		rb_add_words(out, (uint64_t[]){ off, b->features[bit].body.len }, 2);
		off += b->features[bit].body.len;
	}
}

static inline uint64_t rb_table_size(const struct rb_file *b)
{
	uint64_t nr = 0;

	for (uint32_t bit = 0; bit < FEATURE_MAX; bit++)
		nr += b->features[bit].present;
	return 16 * nr;
}

static inline void rb_bodies(struct buf *out, const struct rb_file *b)
{
	for (uint32_t bit = 0; bit < FEATURE_MAX; bit++)
		buf_add(out, b->features[bit].body.data, b->features[bit].body.len);
}

/* The head of a stream, as perf 6.1 writes it. */
static inline void rb_stream_head(struct buf *out, struct rb_file *b)
{
	static const uint64_t end_mark = 32;
	struct buf *tracing = &b->features[FEATURE_TRACING_DATA].body;

	rb_add_words(out, (uint64_t[]){ PERF_MAGIC, 16 }, 2);
	for (uint32_t i = 0; i < b->nr_events; i++) {
		struct buf body = { 0 };

		buf_add(&body, &b->attrs[i], b->attrs[i].size);
		rb_add_words(&body, b->ids[i], b->nr_ids[i]);
		rb_record(out, RECORD_HEADER_ATTR, 0, body.data, body.len);
		buf_release(&body);
	}
	for (uint64_t bit = FEATURE_TRACING_DATA + 1; bit < FEATURE_MAX; bit++) {
		struct buf body = { 0 };

		buf_add_u64(&body, bit);
		buf_add(&body, b->features[bit].body.data, b->features[bit].body.len);
		if (b->features[bit].present)
			rb_record(out, RECORD_FEATURE, 0, body.data, body.len);
		buf_release(&body);
	}
	rb_record(out, RECORD_FEATURE, 0, &end_mark, 8);
	if (tracing->len) {
		uint32_t size[2] = { ALIGN_UP(tracing->len, 8) };

		rb_record(out, RECORD_TRACING_DATA, 0, size, 8);
		buf_add(out, tracing->data, tracing->len);
		buf_add_zero(out, size[0] - tracing->len);
	}
}

/* Puts b->out together; the offsets in @b tell where what is. To be called once. */
static inline void rb_finish(struct rb_file *b)
{
	struct buf *out = &b->out;
	uint32_t attr_size = b->nr_events ? b->attrs[0].size : PERF_ATTR_SIZE_VER5;
	uint64_t bodies_off = 0;

	if (b->stream) {
		rb_stream_head(out, b);
		b->header.data = (struct file_section){ out->len, b->data.len };
		buf_add(out, b->data.data, b->data.len);
		return;
	}
	b->header = (struct file_header){ .magic = PERF_MAGIC, .size = 104 };
	b->header.attr_size = attr_size + 16;
	buf_add_zero(out, sizeof(b->header));
	for (uint32_t i = 0; i < b->nr_events; i++) {
		b->ids_off[i] = out->len;
		rb_add_words(out, b->ids[i], b->nr_ids[i]);
	}
	b->header.attrs = (struct file_section){ out->len, b->nr_events * b->header.attr_size };
	for (uint32_t i = 0; i < b->nr_events; i++) {
		buf_add(out, &b->attrs[i], attr_size);
		rb_add_words(out, (uint64_t[]){ b->ids_off[i], b->nr_ids[i] * 8 }, 2);
	}
	if (b->of_rec || b->unfinished) { /* all that is known at the start */
		bodies_off = out->len;
		rb_bodies(out, b);
		b->table_off = out->len;
		rb_table(out, b, bodies_off);
	}
	b->header.data = (struct file_section){ out->len, b->unfinished ? 0 : b->data.len };
	buf_add(out, b->data.data, b->data.len);
	if (!b->unfinished) {
		b->table_off = out->len;
		rb_table(out, b, b->of_rec ? bodies_off : out->len + rb_table_size(b));
		if (!b->of_rec)
			rb_bodies(out, b); /* as perf does */
	}
	memcpy(out->data, &b->header, sizeof(b->header));
}

static inline void rb_poke(struct rb_file *b, uint64_t off, const void *bytes, size_t len)
{
	if (off + len > b->out.len)
		abort(); /* the test is wrong */
	memcpy(b->out.data + off, bytes, len);
}

/* Overwrites 8 bytes of the finished file. */
static inline void rb_poke_u64(struct rb_file *b, uint64_t off, uint64_t v)
{
	rb_poke(b, off, &v, sizeof(v));
}

static inline void rb_poke_u32(struct rb_file *b, uint64_t off, uint32_t v)
{
	rb_poke(b, off, &v, sizeof(v));
}

static inline void rb_poke_u16(struct rb_file *b, uint64_t off, uint16_t v)
{
	rb_poke(b, off, &v, sizeof(v));
}

/* Writes the file, which it finishes if need be, and returns its path. rb_release() removes it. */
static inline const char *rb_path(struct rb_file *b)
{
	const char *dir = getenv("TMPDIR");
	size_t done = 0;
	int fd;

	if (!b->out.len)
		rb_finish(b);
	snprintf(b->path, sizeof(b->path), "%s/recbuild.XXXXXX", dir ? dir : "/tmp");
	fd = mkstemp(b->path);
	while (fd >= 0 && done < b->out.len) {
		ssize_t n = write(fd, b->out.data + done, b->out.len - done);

		if (n <= 0)
			break;
		done += n;
	}
	if (fd < 0 || done < b->out.len || b->out.failed) {
		perror(b->path);
		abort();
	}
	close(fd);
	return b->path;
}

/*
 * The first @len bytes of the finished file through a pipe, @piece of them at a time: the path of
 * its end to read from. *@writer is the process that writes; *@fd to be closed when it is open.
 */
static inline const char *rb_pipe(struct rb_file *b, size_t len, size_t piece, pid_t *writer,
				  int *fd)
{
	static char path[64];
	int fds[2];

	if (pipe(fds))
		abort();
	*writer = fork();
	if (!*writer) {
		close(fds[0]);
		for (size_t done = 0; done < len;) {
			ssize_t n = write(fds[1], b->out.data + done, MIN(piece, len - done));

			if (n <= 0)
				break;
			done += n;
			if (b->pause_us)
				usleep(b->pause_us);
		}
		_exit(0);
	}
	close(fds[1]);
	*fd = fds[0];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	return path;
}

static inline void rb_release(struct rb_file *b)
{
	if (b->path[0])
		unlink(b->path);
	for (uint32_t bit = 0; bit < FEATURE_MAX; bit++)
		buf_release(&b->features[bit].body);
	buf_release(&b->data);
	buf_release(&b->out);
	*b = (struct rb_file){ 0 };
}

#endif
