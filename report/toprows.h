/*
 * toprows.h - the rows of ana top: an interval by what the reader has chosen, filtered and sorted; and each of
 * them as a line.
 */
#ifndef REPORT_TOPROWS_H
#define REPORT_TOPROWS_H

#include "report/fit.h"
#include "report/activity.h"
#include "report/topview.h"

/* The longest label: a name, and the number of its process. */
#define TOP_LABEL_ROOM 80

struct toprow {
	char label[TOP_LABEL_ROOM]; /* bytes of the recording are in it as they are */
	struct tally tally;
	double value; /* in the column that they are sorted by */
};

/* A zeroed struct has no rows. */
struct toprows {
	struct toprow *rows; /* sorted */
	size_t nr;
	double seconds; /* of the interval */
};

/*
 * toprows_make() - those of @i, of which only numbers are looked at that @v has chosen; @arch: as of
 * syscall_name(). By error, calls that had none have no row. Returns 0, or -1: ERR_MEM.
 * toprows_release() is due in both cases.
 */
int toprows_make(struct toprows *r, const struct activity *i, const struct topview *v,
		 const char *arch, struct err *err);
void toprows_release(struct toprows *r);

/* toprow_value() - of a row, in the unit of the column's title. */
double toprow_value(const struct toprows *r, const struct tally *t, enum top_column c);

/* Where in a line what is. */
struct toplayout {
	int label;    /* columns of the terminal */
	uint32_t set; /* of columns, as bits */
};

#define TOP_WIDTH_MIN 40

/* toplayout_init() - for lines of @width columns: the most important ones that fit. 0: all. */
void toplayout_init(struct toplayout *l, int width);

/* toplayout_column() - where the title of a column begins; *@width is how wide it is, 0: it is not there. */
int toplayout_column(const struct toplayout *l, enum top_column c, int *width);

/* toprows_titles(), toprows_line() - a line. @to: TOP_LINE_ROOM bytes. It is safe for a terminal. */
#define TOP_LINE_ROOM FIT_ROOM(256)
void toprows_titles(char *to, const struct toplayout *l, enum top_by by);
void toprows_line(char *to, const struct toplayout *l, const struct toprows *r,
		  const struct toprow *row);

#endif
