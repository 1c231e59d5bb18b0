/*
 * tracing.h - the TRACING_DATA section: what tracefs said of the recorded events.
 *
 * Layout: magic 0x17 0x08 0x44 "tracing", version "0.6" NUL, u8 endian, u8 long size, u32 page
 * size, header_page, header_event, u32 0 (ftrace formats), systems with their event formats,
 * u32 kallsyms, u32 printk formats, u64 saved cmdlines. Source: trace-cmd.dat(5) version 6, cut
 * short by perf; perf reads it with read_trace_data().
 */
#ifndef COMMON_TRACING_H
#define COMMON_TRACING_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

/* A kernel has some 2,300 tracepoints, with every module loaded twice that. */
#define TRACING_FORMATS_MAX 16384

/* The text of one events/SYSTEM/EVENT/format file. Both pointers lie in the section. */
struct tracing_format {
	const char *system; /* NUL-terminated */
	const char *text;   /* text_len bytes, no NUL */
	uint32_t text_len;
};

struct tracing {
	bool big_endian;
	uint8_t long_size;  /* 4 or 8 bytes */
	uint32_t page_size; /* bytes */
	const char *header_page;
	uint64_t header_page_len;
	const char *printk; /* "0xADDRESS : "TEXT"" lines: what pointers to strings point to */
	uint32_t printk_len;
	struct tracing_format *formats; /* owned; freed by tracing_release() */
	uint32_t nr_formats;
};

/*
 * tracing_parse() - take @section apart.
 * @file_off: where the section starts in the file, for messages with @path.
 * The result points into @section, which must outlive it. Every length is checked against what
 * is left of the section. Returns 0, or -1 with ERR_DATA (not such a section, a length that
 * cannot be), ERR_TRUNC (it ends too early), ERR_MEM.
 */
int tracing_parse(struct tracing *t, const void *section, uint64_t len, const char *path,
		  uint64_t file_off, struct err *err);
void tracing_release(struct tracing *t);

/* tracing_write() - append a version 0.6 section for @t in this machine's byte order to @out. */
void tracing_write(struct buf *out, const struct tracing *t);

#endif
