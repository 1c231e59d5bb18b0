#include "common/thread.h"
#include "common/util.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct hand {
	struct jobs *jobs;
	uint32_t nr;
	pthread_t thread;
};

struct jobs {
	uint32_t next,
		nr; /* next: by __atomic; the order of the jobs' own memory is the starts' and joins' */
	thread_job job;
	void *arg;
	struct hand hands[HANDS_MAX];
};

uint32_t thread_cpus(void)
{
	cpu_set_t cpus;
	long online;

	if (!sched_getaffinity(0, sizeof(cpus), &cpus))
		return CPU_COUNT(&cpus);
	online = sysconf(_SC_NPROCESSORS_ONLN); /* more than the set can say */
	return online > 0 ? online : 1;
}

uint32_t thread_hands(void)
{
	return MIN(thread_cpus(), HANDS_MAX);
}

int thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	sigdelset(&all, SIGPIPE);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void *work(void *arg)
{
	const struct hand *hand = arg;
	struct jobs *jobs = hand->jobs;
	uint32_t job;

	while ((job = __atomic_fetch_add(&jobs->next, 1, __ATOMIC_RELAXED)) < jobs->nr)
		jobs->job(jobs->arg, hand->nr, job);
	return NULL;
}

void thread_jobs(uint32_t hands, uint32_t nr, thread_job job, void *arg)
{
	struct jobs jobs = { .nr = nr, .job = job, .arg = arg };
	uint32_t started = 1;

	jobs.hands[0] = (struct hand){ .jobs = &jobs };
	while (started < hands && started < nr && started < HANDS_MAX) {
		struct hand *hand = &jobs.hands[started];

		*hand = (struct hand){ .jobs = &jobs, .nr = started };
		if (thread_start(&hand->thread, work, hand))
			break;
		started++;
	}
	work(&jobs.hands[0]);
	while (--started)
		pthread_join(jobs.hands[started].thread, NULL);
}
