/*
 * toppage.h - a page of ana top: a head, the rows, or what the keys do; for any terminal, or as text.
 */
#ifndef REPORT_TOPPAGE_H
#define REPORT_TOPPAGE_H

#include "report/toprows.h"
#include "report/topview.h"

enum top_look { TOP_PLAIN, TOP_STRONG, TOP_TITLE, TOP_TITLE_SORTED, TOP_ALARM, TOP_LOOKS };

/* Where a page is drawn. @put gets text that is safe for a terminal, and no wider than is left of the row. */
struct toppage {
	int rows, columns; /* 0: as many as there are; columns 0: it is text */
	void (*put)(void *arg, int row, int column, const char *text, enum top_look look);
	void *arg;
};

/* What a page is of. */
struct tophead {
	char when[32];	   /* time of day of the interval's end */
	bool ended;	   /* no more will come */
	const char *error; /* why; NULL: there was nothing wrong */
};

#define TOP_HEAD_ROWS 4 /* the titles are the last of them */

/* toppage_fit() - how many rows of the table have room. */
size_t toppage_fit(const struct toppage *p);

/* toppage_draw() - @v->first is put right where it is beyond the last page. */
void toppage_draw(const struct toppage *p, struct topview *v, const struct tophead *head,
		  const struct activity *i, const struct toprows *r);

#endif
