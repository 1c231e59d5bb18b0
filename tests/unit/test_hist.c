/* Percentiles against the sorted values themselves. */
#include "tests/unit/unit.h"

#include "report/hist.h"

#include <math.h>
#include <stdlib.h>

#define NR_MAX 20000

static uint64_t values[NR_MAX];
static uint64_t dice_state = 88172645463325252ULL;

static uint64_t dice(void)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	return dice_state ^= dice_state << 17;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of values of @bits bits at most, all of these sizes equally often. */
static void fill(struct hist *h, size_t nr, uint32_t bits)
{
	for (size_t i = 0; i < nr; i++) {
		values[i] = dice() >> (64 - 1 - dice() % bits);
		assert_int_equal(hist_add(h, values[i]), 0);
	}
	qsort(values, nr, sizeof(*values), by_value);
}

static void check(const struct hist *h, size_t nr)
{
	static const double shares[] = { 0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	double sum = 0, squares = 0, mean;

	assert_int_equal(h->nr, nr);
	assert_int_equal(h->min_ns, values[0]);
	assert_int_equal(h->max_ns, values[nr - 1]);
	for (size_t i = 0; i < ARRAY_LEN(shares); i++) {
		uint64_t rank = MAX((uint64_t)ceil(shares[i] * (double)nr), 1);
		double is = values[rank - 1], got = hist_percentile(h, shares[i]);

		if (fabs(got - is) > 0.008 * is)
			fail_test("of %zu, %g: %.0f is not %.0f", nr, shares[i], got, is);
	}
	for (size_t i = 0; i < nr; i++)
		sum += (double)values[i];
	mean = sum / (double)nr;
	for (size_t i = 0; i < nr; i++)
		squares += ((double)values[i] - mean) * ((double)values[i] - mean);
	assert_true(fabs(hist_mean(h) - mean) <= 1e-9 * mean);
	assert_true(fabs(hist_deviation(h) - sqrt(squares / (double)nr)) <= 1e-6 * mean + 1e-3);
}

static void test_hist_gives_percentiles_within_a_percent(void **state)
{
	static const size_t nrs[] = { 1, 2, 15, 16, 17, 18, 100, NR_MAX };
	static const uint32_t bits[] = { 1, 4, 10, 30, 44 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nrs); i++)
		for (size_t b = 0; b < ARRAY_LEN(bits); b++) {
			struct hist h = { 0 };

			fill(&h, nrs[i], bits[b]);
			check(&h, nrs[i]);
			hist_release(&h);
		}
}

static void test_hist_keeps_few_values_as_they_are(void **state)
{
	struct hist h = { 0 };

	(void)state;
	fill(&h, HIST_FEW, 60);
	for (int i = 0; i < HIST_FEW; i++)
		assert_int_equal(hist_percentile(&h, (i + 1.0) / HIST_FEW), values[i]);
	hist_release(&h);
}

/* Whatever is of which: few values or buckets, next to each other or far away. */
static void test_hist_merged_is_as_if_all_had_been_added(void **state)
{
	static const size_t cuts[] = { 0, 1, 10, 16, 17, 500, 990, 999, 1000 };

	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(cuts); c++)
		for (int spread = 0; spread < 2; spread++) {
			struct hist all = { 0 }, a = { 0 }, b = { 0 };

			fill(&all, 1000, 40);
			for (size_t i = 0; i < 1000; i++)
				hist_add((spread ? i * 7919 % 1000 : i) < cuts[c] ? &a : &b,
					 values[i]);
			assert_int_equal(hist_merge(&a, &b), 0);
			check(&a, 1000);
			assert_int_equal(a.sum_ns, all.sum_ns);
			for (double share = 0; share < 1; share += 0.01)
				assert_int_equal(hist_percentile(&a, share),
						 hist_percentile(&all, share));
			hist_release(&all);
			hist_release(&a);
			hist_release(&b);
		}
}

static void test_hist_buckets_are_in_order_and_without_gaps(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
		uint64_t first = hist_bucket_ns(i);

		assert_int_equal(hist_bucket(first), i);
		if (first)
			assert_int_equal(hist_bucket(first - 1), i - 1);
	}
	assert_int_equal(hist_bucket(UINT64_MAX), HIST_BUCKETS - 1);
}

static void test_hist_takes_the_largest_values_there_are(void **state)
{
	struct hist h = { 0 };

	(void)state;
	for (int i = 0; i < 40; i++)
		assert_int_equal(hist_add(&h, i % 2 ? UINT64_MAX : 0), 0);
	assert_int_equal(h.sum_ns, UINT64_MAX);
	assert_int_equal(hist_percentile(&h, 0.5), 0);
	assert_int_equal(hist_percentile(&h, 1), UINT64_MAX - (1ULL << 56));
	hist_release(&h);
}

static void test_hist_of_nothing_is_zero(void **state)
{
	struct hist h = { 0 }, other = { 0 };

	(void)state;
	assert_int_equal(hist_merge(&h, &other), 0);
	assert_int_equal(hist_percentile(&h, 0.5), 0);
	assert_true(hist_mean(&h) == 0 && hist_deviation(&h) == 0);
	hist_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hist_gives_percentiles_within_a_percent),
		cmocka_unit_test(test_hist_keeps_few_values_as_they_are),
		cmocka_unit_test(test_hist_merged_is_as_if_all_had_been_added),
		cmocka_unit_test(test_hist_buckets_are_in_order_and_without_gaps),
		cmocka_unit_test(test_hist_takes_the_largest_values_there_are),
		cmocka_unit_test(test_hist_of_nothing_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
