/*
 * seam.h - where one file ends and the next begins, while the events go on.
 *
 * The seam is a moment, the same in all rings: what is older goes into the file before, what is
 * newer into the file behind.
 *
 *     ring 0  ####### | ##            The file behind begins with the names that the tasks have
 *     ring 1  #####   | #####         at that moment, also those that have ended meanwhile:
 *     ring 2      ### |               /proc is read shortly before, and the side band between
 *                   seam              the two is copied into both files.
 */
#ifndef RECORD_SEAM_H
#define RECORD_SEAM_H

#include "common/sample.h"
#include "record/evsel.h"
#include "record/kept.h"
#include "record/ring.h"

struct seam {
	struct kept names; /* for the file behind */
	struct sample_layout layout;
	uint64_t time_ns;			   /* newer records belong to the file behind */
	uint64_t whole[(RECORD_SIZE_MAX + 1) / 8]; /* a record that wraps, put together */
};

/*
 * seam_begin() - the names of all tasks of @l's target, then the moment: that of the newest record
 * of the @nr @rings, which have just been emptied. The file before has no newer one. Returns 0, or
 * -1 with ERR_SYS, ERR_MEM. seam_release() is due in both cases.
 */
int seam_begin(struct seam *s, const struct evlist *l, const struct ring *rings, uint32_t nr,
	       struct err *err);
void seam_release(struct seam *s);

/*
 * seam_cut() - take from @span, which was peeked of @r, what is newer than the seam, and keep a copy of
 * the side band in what is left. Returns 0, or -1.
 */
int seam_cut(struct seam *s, const struct ring *r, struct ring_span *span, struct err *err);

/* seam_end() - begin the data of the file behind with the names. Returns 0, or -1 with ERR_IO. */
int seam_end(struct seam *s, struct writer *w, struct err *err);

#endif
