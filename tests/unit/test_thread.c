#include "tests/unit/unit.h"

#include "common/thread.h"
#include "common/util.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#define JOBS  5000
#define HANDS 4

struct done {
	uint32_t times[JOBS]; /* that it was done */
	uint32_t busy[HANDS]; /* this hand is at a job */
	uint32_t met[HANDS];  /* jobs of this hand */
	uint32_t wrong;
};

static void do_job(void *arg, uint32_t hand, uint32_t job)
{
	struct done *d = arg;

	if (hand >= HANDS || job >= JOBS ||
	    __atomic_fetch_add(&d->busy[hand], 1, __ATOMIC_RELAXED)) {
		__atomic_fetch_add(&d->wrong, 1, __ATOMIC_RELAXED);
		return;
	}
	__atomic_fetch_add(&d->times[job], 1, __ATOMIC_RELAXED);
	d->met[hand]++;
	__atomic_fetch_sub(&d->busy[hand], 1, __ATOMIC_RELAXED);
}

static void assert_all_done(uint32_t hands)
{
	struct done d = { 0 };
	uint32_t jobs = 0;

	thread_jobs(hands, JOBS, do_job, &d);
	assert_int_equal(d.wrong, 0);
	for (uint32_t i = 0; i < JOBS; i++)
		assert_int_equal(d.times[i], 1);
	for (uint32_t i = 0; i < HANDS; i++)
		jobs += d.met[i];
	assert_int_equal(jobs, JOBS);
}

static void test_thread_jobs_does_each_once_by_as_many_hands_as_asked_for(void **state)
{
	(void)state;
	for (uint32_t hands = 0; hands <= HANDS; hands++)
		assert_all_done(hands);
	thread_jobs(HANDS, 0, do_job, NULL);
}

/* Two jobs that wait for each other: they end only when both are being done. */
static void meet(void *arg, uint32_t hand, uint32_t job)
{
	uint32_t *there = arg;

	(void)hand;
	(void)job;
	__atomic_fetch_add(there, 1, __ATOMIC_SEQ_CST);
	for (int i = 0; i < 20000 && __atomic_load_n(there, __ATOMIC_SEQ_CST) < 2; i++)
		usleep(1000);
}

static void test_thread_jobs_does_them_at_the_same_time(void **state)
{
	uint32_t there = 0;

	(void)state;
	thread_jobs(2, 2, meet, &there);
	assert_int_equal(there, 2);
}

static void *look_at_signals(void *arg)
{
	pthread_sigmask(SIG_SETMASK, NULL, arg);
	return NULL;
}

static void test_thread_leaves_signals_to_others_but_sigpipe(void **state)
{
	sigset_t mine, before, after;
	pthread_t thread;

	(void)state;
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(thread_start(&thread, look_at_signals, &mine), 0);
	pthread_join(thread, NULL);
	assert_true(sigismember(&mine, SIGINT));
	assert_true(sigismember(&mine, SIGTERM));
	assert_false(sigismember(&mine, SIGPIPE));
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}

static void test_thread_cpus_are_those_of_this_process(void **state)
{
	cpu_set_t all, one;

	(void)state;
	if (sched_getaffinity(0, sizeof(all), &all))
		skip();
	assert_int_equal(thread_cpus(), CPU_COUNT(&all));
	assert_int_equal(thread_hands(), CPU_COUNT(&all) < 16 ? CPU_COUNT(&all) : 16);
	CPU_ZERO(&one);
	for (int cpu = 0; cpu < CPU_SETSIZE && !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(thread_cpus(), 1);
	assert_int_equal(thread_hands(), 1);
	sched_setaffinity(0, sizeof(all), &all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thread_jobs_does_each_once_by_as_many_hands_as_asked_for),
		cmocka_unit_test(test_thread_jobs_does_them_at_the_same_time),
		cmocka_unit_test(test_thread_leaves_signals_to_others_but_sigpipe),
		cmocka_unit_test(test_thread_cpus_are_those_of_this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
