/*
 * printer.h - a sample as a line of text, as perf script prints it.
 *
 * What samples have in common is put together once: the front of a line for a task on a CPU, the
 * name of an event, the seconds. Several printers of one file know nothing of each other.
 */
#ifndef REPORT_PRINTER_H
#define REPORT_PRINTER_H

#include "common/formats.h"
#include "common/text.h"
#include "report/consumer.h"
#include "report/fields.h"

/* What a line looks like. */
struct print_how {
	struct print_fields fields;
	bool ns, wall;
	bool terminal;	  /* the output is one: nothing of the file may reach it as it is */
	const char *host; /* the recorded one */
	int host_width;	  /* characters, or less than it has */
};

struct printer;

/*
 * printer_new() - for the samples of @file, with those of @how's fields that fit it; both must live as
 * long. Returns NULL when memory ran out.
 */
struct printer *printer_new(const struct print_how *how, const struct perf_file *file);
void printer_free(struct printer *p);

/*
 * printer_add() - append @os as a sample of @event with the period @period, the text being that of the
 * event that was sampled; nothing when no field of such an event is shown.
 * Returns 0, or -1 with ERR_MEM.
 */
int printer_add(struct printer *p, const struct ordered_sample *os, const struct event *event,
		uint64_t period, struct err *err);

/* printer_note() - take account of a record that is no sample: it may be that of the kernel's text. */
void printer_note(struct printer *p, const struct perf_event_header *rec);

/* printer_nr_short() - samples so far that ended before the fields that they were to have. */
uint64_t printer_nr_short(const struct printer *p);

/*
 * printer_text() - what was added since the text was emptied. It must be emptied (at = start) before it is
 * longer than PRINTER_TEXT_MAX, between two lines.
 */
#define PRINTER_TEXT_MAX (64u << 10)
struct text *printer_text(struct printer *p);

#endif
