/* columns.h - what many reports of groups have of a group: column.value() each. */
#ifndef REPORT_COLUMNS_H
#define REPORT_COLUMNS_H

#include "report/grouped.h"

/* column_none() - what column.value() is where there is none. */
double column_none(void);

/* Of the calls that were seen whole; NAN where there are none. */
double column_total(const struct grouped *g, const struct tally *t);
double column_min(const struct grouped *g, const struct tally *t);
double column_mean(const struct grouped *g, const struct tally *t);
double column_max(const struct grouped *g, const struct tally *t);
double column_deviation(const struct grouped *g, const struct tally *t);
double column_p50(const struct grouped *g, const struct tally *t);
double column_p90(const struct grouped *g, const struct tally *t);
double column_p99(const struct grouped *g, const struct tally *t);
double column_p999(const struct grouped *g, const struct tally *t);

/* tally_calls(); those of the calls seen whole that failed; their time in percent of all there was. */
double column_calls(const struct grouped *g, const struct tally *t);
double column_errors(const struct grouped *g, const struct tally *t);
double column_share(const struct grouped *g, const struct tally *t);

#endif
