#include "report/columns.h"

#include <math.h>

/* NAN is a float: beside it, a number has to be a double already, or it would be rounded to one of 24 bits. */

double column_none(void)
{
	return NAN;
}

double column_calls(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return tally_calls(t);
}

double column_errors(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->errors;
}

double column_total(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? (double)t->times.sum_ns : NAN;
}

double column_min(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? (double)t->times.min_ns : NAN;
}

double column_mean(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? hist_mean(&t->times) : NAN;
}

double column_max(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? (double)t->times.max_ns : NAN;
}

double column_deviation(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return t->times.nr ? hist_deviation(&t->times) : NAN;
}

static double percentile(const struct tally *t, double share)
{
	return t->times.nr ? (double)hist_percentile(&t->times, share) : NAN;
}

double column_p50(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.5);
}

double column_p90(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.9);
}

double column_p99(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.99);
}

double column_p999(const struct grouped *g, const struct tally *t)
{
	(void)g;
	return percentile(t, 0.999);
}

double column_share(const struct grouped *g, const struct tally *t)
{
	return g->report.stream.wall_ns
		       ? 100.0 * (double)t->times.sum_ns / (double)g->report.stream.wall_ns
		       : 0;
}
