/* Intervals, the rows that are made of them, and the pages that show these. */
#include "tests/unit/unit.h"

#include "report/toppage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ	0 /* of x86_64 */
#define OPENAT	257
#define GETPPID 110

static struct pairs pairs;
static struct pair_task tasks[8];
static const char *names[8];
static struct activity i;
static struct topview v;
static struct toprows r;

static void task(uint32_t tid, uint32_t pid, const char *comm)
{
	struct pair_task *t = &tasks[pairs.nr_tasks++];

	*t = (struct pair_task){ .pid = pid, .tid = tid, .comm = UINT32_MAX };
	if (!comm)
		return;
	t->comm = pairs.comms.nr;
	names[pairs.comms.nr++] = comm;
}

static int begin(void **state)
{
	(void)state;
	memset(&i, 0, sizeof(i));
	pairs = (struct pairs){ .tasks = tasks, .comms = { .at = names } };
	task(10, 10, "nginx");
	task(11, 10, "worker");
	task(20, 20, "sh\033[2J");
	task(30, 30, NULL);
	i.length_ns = 2000000000;
	return topview_init(&v, NULL, NULL, NULL, NULL);
}

static int end(void **state)
{
	(void)state;
	toprows_release(&r);
	activity_release(&i);
	return 0;
}

static void call(uint32_t task, int64_t nr, int64_t ret, uint64_t ns)
{
	struct err err = { 0 };
	const struct call c = {
		.task = task, .nr = nr, .ret = ret, .start_ns = 1000, .end_ns = 1000 + ns
	};

	assert_int_equal(activity_add(&i, &pairs, &c, &err), 0);
}

static void add(uint32_t task, int64_t nr, enum call_state how)
{
	const struct call c = { .task = task, .nr = nr, .state = how };

	assert_int_equal(activity_add(&i, &pairs, &c, NULL), 0);
}

static void rows(void)
{
	toprows_release(&r);
	assert_int_equal(toprows_make(&r, &i, &v, "x86_64", NULL), 0);
}

/* @expected: "label calls errors;..." in the order of the rows. */
static void check_rows(const char *expected)
{
	char got[1024] = "";

	rows();
	for (size_t k = 0; k < r.nr; k++)
		sprintf(got + strlen(got), "%s %.0f %.0f;", r.rows[k].label,
			toprow_value(&r, &r.rows[k].tally, TOP_COUNT),
			(double)r.rows[k].tally.errors);
	assert_string_equal(got, expected);
}

static void fill(void)
{
	call(0, READ, 5, 1000);
	call(0, READ, -11, 3000);
	call(1, READ, 5, 2000);
	call(2, OPENAT, -2, 90000);
	call(2, OPENAT, -2, 10000);
	call(3, GETPPID, 1, 500);
}

static void test_rows_by_call_process_and_error(void **state)
{
	(void)state;
	fill();
	check_rows("read 3 1;openat 2 2;getppid 1 0;");
	v.by = TOP_PROCESS;
	check_rows("nginx (10) 3 1;sh\033[2J (20) 2 2;:30 1 0;");
	v.by = TOP_ERROR;
	check_rows("ENOENT 2 2;EAGAIN 1 1;");
}

static void test_rows_are_sorted_by_any_column_and_then_by_name(void **state)
{
	(void)state;
	fill();
	v.sort = TOP_ERRORS;
	check_rows("openat 2 2;read 3 1;getppid 1 0;");
	v.sort = TOP_MAX;
	check_rows("openat 2 2;read 3 1;getppid 1 0;");
	v.by = TOP_PROCESS;
	v.sort = TOP_P50;
	check_rows("sh\033[2J (20) 2 2;nginx (10) 3 1;:30 1 0;");
	activity_release(&i);
	call(2, READ, 0, 1);
	call(0, READ, 0, 1);
	check_rows("nginx (10) 1 0;sh\033[2J (20) 1 0;");
}

static void test_filter_is_of_calls_and_of_tasks_in_every_view(void **state)
{
	(void)state;
	fill();
	strcpy(v.filter, "NGINX");
	check_rows("read 3 1;");
	v.by = TOP_ERROR;
	check_rows("EAGAIN 1 1;");
	v.by = TOP_PROCESS;
	strcpy(v.filter, "open");
	check_rows("sh\033[2J (20) 2 2;");
	strcpy(v.filter, "0");
	v.sort = TOP_MAX;
	check_rows("sh\033[2J (20) 2 2;nginx (10) 3 1;:30 1 0;");
	strcpy(v.filter, "nobody");
	check_rows("");
}

static void test_values_are_per_second_of_the_interval(void **state)
{
	(void)state;
	fill();
	v.by = TOP_PROCESS;
	rows();
	assert_true(toprow_value(&r, &r.rows[0].tally, TOP_CALLS) == 1.5);
	assert_true(toprow_value(&r, &r.rows[0].tally, TOP_ERRORS) == 0.5);
	assert_true(toprow_value(&r, &r.rows[0].tally, TOP_AVG) == 2);
	assert_true(toprow_value(&r, &r.rows[0].tally, TOP_MAX) == 3);
	/* 6 us of 2 s */
	assert_in_range(toprow_value(&r, &r.rows[0].tally, TOP_TIME) * 1e7, 2999, 3001);
}

static void test_calls_without_a_time_count(void **state)
{
	(void)state;
	add(0, READ, CALL_BROKEN);
	add(0, READ, CALL_OPEN);
	check_rows("read 2 0;");
}

static void test_process_is_called_as_its_first_thread(void **state)
{
	(void)state;
	v.by = TOP_PROCESS;
	call(1, READ, 0, 1);
	check_rows("worker (10) 1 0;");
	call(0, READ, 0, 1);
	call(1, READ, 0, 1);
	check_rows("nginx (10) 3 0;");
}

static void test_intervals_add_up(void **state)
{
	struct activity sum = { 0 };

	(void)state;
	fill();
	for (int k = 0; k < 3; k++) {
		i.nr_running = k;
		i.nr_lost = 10 * k;
		i.end_ns = 100 * k;
		assert_int_equal(activity_merge(&sum, &i, NULL), 0);
	}
	call(2, READ, 0, 1); /* not in the sum */
	activity_release(&i);
	i = sum;
	check_rows("read 9 3;openat 6 6;getppid 3 0;");
	assert_int_equal(i.length_ns, 6000000000);
	assert_int_equal(i.nr_running, 2);
	assert_int_equal(i.nr_lost, 20);
	assert_int_equal(i.end_ns, 200);
	assert_int_equal(i.nr_processes, 3);
}

static void test_many_kinds_of_calls_are_kept_apart(void **state)
{
	(void)state;
	for (int64_t nr = 0; nr < 3000; nr++)
		for (int k = 0; k < 2; k++)
			call(nr % 3, nr * 0x100000001, nr % 7 ? 0 : -1, 10);
	assert_int_equal(i.nr, 3000);
	for (size_t k = 0; k < i.nr; k++)
		assert_int_equal(i.cells[k].tally.times.nr, 2);
}

/* ---- lines and pages ---- */

static void test_lines_have_the_width_that_they_shall_have(void **state)
{
	char text[TOP_LINE_ROOM];
	struct toplayout l;

	(void)state;
	fill();
	call(0, READ, 0, 4000000000000000000); /* too large for any column */
	rows();
	for (int width = TOP_WIDTH_MIN; width < 250; width++) {
		toplayout_init(&l, width);
		toprows_titles(text, &l, v.by);
		assert_in_range(strlen(text), MIN(width, 80) * 3 / 4, width);
		for (size_t k = 0; k < r.nr; k++) {
			char line[TOP_LINE_ROOM];

			toprows_line(line, &l, &r, &r.rows[k]);
			assert_int_equal(strlen(line), strlen(text));
		}
	}
	toplayout_init(&l, 80);
	toprows_titles(text, &l, v.by);
	assert_string_equal(
		text,
		"call                        calls/s   err/s % time    avg us    p99 us    max us");
	toplayout_init(&l, 0);
	toprows_line(text, &l, &r, &r.rows[1]);
	assert_string_equal(text, "openat                          1.0     1.0    0.0      50.0    "
				  "  10.0      90.0      90.0         2");
}

#define ROWS	30
#define COLUMNS 100

static char page[ROWS][COLUMNS + 1];

static void put(void *arg, int row, int column, const char *text, enum top_look look)
{
	int *columns = arg;

	(void)look;
	assert_in_range(row, 0, ROWS - 1);
	assert_true(column + (int)strlen(text) <= *columns);
	memcpy(page[row] + column, text, strlen(text));
}

static void draw(int nr_rows, int nr_columns)
{
	const struct toppage p = { nr_rows, nr_columns, put, &nr_columns };
	const struct tophead head = { .when = "12:00:00" };

	memset(page, 0, sizeof(page));
	toppage_draw(&p, &v, &head, &i, &r);
}

static void test_page_escapes_names(void **state)
{
	(void)state;
	fill();
	v.by = TOP_PROCESS;
	rows();
	draw(24, 80);
	assert_string_equal(page[0],
			    "12:00:00  last 2.00 s, by process, sorted by calls, every 1 s");
	assert_string_equal(page[1], "calls/s 3.0  errors/s 1.5  processes 3  in flight 0  lost 0");
	assert_memory_equal(page[5], "sh\\x1b[2J (20) ", 15);
	assert_null(memchr(page, '\033', sizeof(page)));
}

static void test_page_of_any_size_stays_within(void **state)
{
	(void)state;
	fill();
	rows();
	for (int nr_rows = 1; nr_rows < ROWS; nr_rows++)
		for (int nr_columns = 1; nr_columns < COLUMNS; nr_columns++)
			for (v.help = false;; v.help = true) {
				draw(nr_rows, nr_columns);
				if (v.help)
					break;
			}
}

static void test_page_shows_the_rows_that_were_scrolled_to(void **state)
{
	(void)state;
	fill();
	rows();
	v.first = 1;
	draw(6, 80);
	assert_memory_equal(page[4], "openat ", 7);
	assert_non_null(strstr(page[1], "  2-3 of 3"));
	v.first = 1000;
	draw(6, 80);
	assert_int_equal(v.first, 1);
	draw(24, 80);
	assert_int_equal(v.first, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows_by_call_process_and_error, begin, end),
		cmocka_unit_test_setup_teardown(test_rows_are_sorted_by_any_column_and_then_by_name,
						begin, end),
		cmocka_unit_test_setup_teardown(test_filter_is_of_calls_and_of_tasks_in_every_view,
						begin, end),
		cmocka_unit_test_setup_teardown(test_values_are_per_second_of_the_interval, begin,
						end),
		cmocka_unit_test_setup_teardown(test_calls_without_a_time_count, begin, end),
		cmocka_unit_test_setup_teardown(test_process_is_called_as_its_first_thread, begin,
						end),
		cmocka_unit_test_setup_teardown(test_intervals_add_up, begin, end),
		cmocka_unit_test_setup_teardown(test_many_kinds_of_calls_are_kept_apart, begin,
						end),
		cmocka_unit_test_setup_teardown(test_lines_have_the_width_that_they_shall_have,
						begin, end),
		cmocka_unit_test_setup_teardown(test_page_escapes_names, begin, end),
		cmocka_unit_test_setup_teardown(test_page_of_any_size_stays_within, begin, end),
		cmocka_unit_test_setup_teardown(test_page_shows_the_rows_that_were_scrolled_to,
						begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
