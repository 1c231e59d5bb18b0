/*
 * grouped.h - a report of groups of system calls (groups.h): what is alike in all of them, from the recording
 * to a table, CSV and JSON. A report brings what there is of a group, as COLUMNS.
 */
#ifndef REPORT_GROUPED_H
#define REPORT_GROUPED_H

#include "report/callreport.h"
#include "report/groups.h"

struct grouped;

enum column_kind {
	COLUMN_COUNT,
	COLUMN_TIME,  /* how long: ns. In a table in us, or in ms where in_ms */
	COLUMN_SHARE, /* percent */
	COLUMN_WHEN,  /* ns of the recording's clock; in a table s */
};

/*
 * @name: in CSV and JSON; up to its first _ the word of --sort. @title, @width: of the table. @rank: what is left
 * out first where a terminal is narrow; 0: never. @value: NAN when there is none. A report's columns end with
 * one without a name.
 */
struct column {
	const char *name, *title;
	int width, rank;
	enum column_kind kind;
	bool in_ms;
	double (*value)(const struct grouped *g, const struct tally *t);
};

struct grouped {
	struct callreport report;
	const struct column *columns;
	struct nesting nesting; /* as it was asked for */
	struct groups groups;
	struct tally all; /* set by grouped_sum() */
	/*
	 * What else there is of a group; @leaf: of an innermost one, else NULL. In JSON behind its columns,
	 * ,"key":value each; in CSV, for leaves only, a column csv_title; in a table a line of its own,
	 * @indent columns from the left. All may be NULL.
	 */
	void (*json_more)(const struct grouped *g, const struct tally *t, const struct leaf *leaf);
	const char *csv_title;
	void (*csv_more)(const struct grouped *g, const struct leaf *leaf);
	void (*table_more)(const struct grouped *g, const struct leaf *leaf, int indent);
};

/* grouped_check_top() - read --top alone, as grouped_check() does. */
int grouped_check_top(struct report_opts *o, struct err *err);

/*
 * grouped_check() - read --by, or @by where it was not given, --sort and --top: @columns[@sort] where there is
 * none. Returns 0 with o->sort and o->top set and *@n filled, or -1: ERR_USAGE.
 */
int grouped_check(struct report_opts *o, const struct column *columns, int sort, const char *by,
		  struct nesting *n, struct err *err);

/*
 * grouped_init() - @g, zeroed but for columns, nesting, and the report's name, version and opts, gets calls as
 * @want says; those that @give, as pair_client.give() with @g, hands on to groups_add() are counted. NULL: all
 * are. Sets all of the consumer but finish and free. grouped_release() is due.
 */
void grouped_init(struct grouped *g,
		  int (*give)(void *arg, const struct call *call, struct err *err), unsigned want);
void grouped_release(struct grouped *g);

/* grouped_begin() - what the report's begin() does, for one that has its own. */
void grouped_begin(struct grouped *g);

/* grouped_sum() - fills g->all. Returns 0, or -1: ERR_MEM. */
int grouped_sum(struct grouped *g, struct err *err);

/*
 * grouped_split() - groups_split(), in the order of --sort; *@shown of *@nr are to be printed. NULL without
 * memory; groups_free() is due.
 */
struct group *grouped_split(struct grouped *g, size_t first, size_t nr_leaves, uint32_t level,
			    size_t *nr, size_t *shown);

/* These print all groups in a form. Return 0, or -1 when memory ran out. @last: of the files. */
int grouped_table(struct grouped *g);
int grouped_csv(struct grouped *g);
int grouped_json(struct grouped *g, const struct session *last);

/* grouped_json_open() - as grouped_json(), but more may follow: callreport_json_end() is due. */
int grouped_json_open(struct grouped *g, const struct session *last);

/* grouped_print() - in the form that was asked for, and the loss. As consumer.finish(). */
int grouped_print(struct grouped *g, const struct session *last, struct err *err);

#endif
