#include "record/crew.h"
#include "common/util.h"
#include "record/evopen.h"
#include "record/self.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * A quiet ring is emptied after this time, though its watermark is far: so much is what a killed
 * recording may miss.
 */
#define PASS_MS 200

/* A saturated CPU fills 100 MB a second, and a core copies ten times that into the page cache. */
#define CPUS_PER_THREAD 4

/* Each is one more comparison for every event: none of them is recorded. */
#define THREADS_DEFAULT_MAX 32

enum crew_state { CREW_PARKED, CREW_RUNNING, CREW_ENDS };

struct member {
	struct crew *crew;
	pthread_t thread;
	struct collector *collector; /* while the crew runs */
	struct err err;
	bool failed, ended;
};

struct crew {
	uint32_t nr, nr_started, nr_parked;
	struct member *members;
	pid_t *common_pids;
	int told_fd; /* written by members */
	int wake_fd; /* readable while they shall not poll */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* @state or @nr_parked */
	enum crew_state state;	/* written under @lock, read without */
};

int watch_init(struct watch *w, const struct collector *c, uint32_t nr_more, struct err *err)
{
	*w = (struct watch){
		.evlist = c->evlist,
		.first_ring = c->first_ring,
		.nr_rings = c->nr_rings,
		.nr_more = nr_more,
		.fds = calloc(c->nr_rings + nr_more, sizeof(*w->fds)),
	};
	if (!w->fds)
		return fail_mem(err);
	watch_renew(w);
	for (uint32_t i = 0; i < nr_more; i++)
		w->fds[c->nr_rings + i] = (struct pollfd){ .fd = -1 };
	return 0;
}

void watch_renew(struct watch *w)
{
	for (uint32_t i = 0; i < w->nr_rings; i++)
		w->fds[i] = (struct pollfd){
			.fd = evlist_ring_fd(w->evlist, w->first_ring + i),
			.events = POLLIN,
		};
}

void watch_release(struct watch *w)
{
	free(w->fds);
	*w = (struct watch){ 0 };
}

/*
 * An event whose CPU went away, or whose task and all that it was inherited to, hangs up for
 * ever. The ring is still read; another task's event wakes us when that is full.
 */
static void drop_hung_up(struct watch *w)
{
	for (uint32_t i = 0; i < w->nr_rings; i++)
		if (w->fds[i].revents & (POLLHUP | POLLERR))
			w->fds[i].fd = evlist_poll_fd(w->evlist, w->first_ring + i, w->fds[i].fd);
}

int watch_wait(struct watch *w, int ms, struct err *err)
{
	uint32_t nr = w->nr_rings + w->nr_more;

	for (uint32_t i = 0; i < nr; i++)
		w->fds[i].revents = 0; /* an interrupted poll() leaves it as it is */
	if (poll(w->fds, nr, MIN(ms, PASS_MS)) < 0 && errno != EINTR)
		return fail(err, ERR_SYS, "cannot wait for events: %s", strerror(errno));
	drop_hung_up(w);
	return 0;
}

bool watch_ended(const struct watch *w)
{
	for (uint32_t i = 0; i < w->nr_rings; i++)
		if (w->fds[i].fd >= 0)
			return false;
	return true;
}

uint32_t crew_default(uint32_t nr_rings)
{
	return MIN((nr_rings + CPUS_PER_THREAD - 1) / CPUS_PER_THREAD, THREADS_DEFAULT_MAX);
}

static enum crew_state state_of(const struct crew *c)
{
	return __atomic_load_n(&c->state, __ATOMIC_ACQUIRE);
}

static void tell(struct crew *c)
{
	eventfd_write(c->told_fd, 1);
}

/* Pass after pass until somebody says stop, or it fails. */
static int work(struct member *m)
{
	struct watch w;
	int rc = watch_init(&w, m->collector, 1, &m->err);

	if (!rc)
		w.fds[w.nr_rings] = (struct pollfd){ .fd = m->crew->wake_fd, .events = POLLIN };
	while (!rc && state_of(m->crew) == CREW_RUNNING) {
		rc = watch_wait(&w, PASS_MS, &m->err);
		if (!rc && !m->ended && watch_ended(&w)) {
			__atomic_store_n(&m->ended, true, __ATOMIC_RELEASE);
			tell(m->crew);
		}
		if (!rc && collector_pass(m->collector, &m->err) < 0)
			rc = -1;
	}
	watch_release(&w);
	return rc;
}

/* Returns what the crew does next. */
static enum crew_state park(struct crew *c)
{
	enum crew_state next;

	pthread_mutex_lock(&c->lock);
	c->nr_parked++;
	pthread_cond_broadcast(&c->changed);
	while (c->state == CREW_PARKED)
		pthread_cond_wait(&c->changed, &c->lock);
	next = c->state;
	c->nr_parked -= next == CREW_RUNNING;
	pthread_mutex_unlock(&c->lock);
	return next;
}

/* One that failed waits for the others' end, so that it does not run in a circle. */
static void wait_for_stop(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	while (c->state == CREW_RUNNING)
		pthread_cond_wait(&c->changed, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

static void *member_main(void *arg)
{
	struct member *m = arg;

	m->crew->common_pids[m - m->crew->members] = self_common_pid();
	while (park(m->crew) == CREW_RUNNING) {
		if (work(m)) {
			__atomic_store_n(&m->failed, true, __ATOMIC_RELEASE);
			tell(m->crew);
			wait_for_stop(m->crew);
		}
	}
	return NULL;
}

static void wait_parked(struct crew *c)
{
	while (c->nr_parked < c->nr_started)
		pthread_cond_wait(&c->changed, &c->lock);
}

static void set_state(struct crew *c, enum crew_state state)
{
	pthread_mutex_lock(&c->lock);
	__atomic_store_n(&c->state, state, __ATOMIC_RELEASE);
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}

static int start(struct crew *c, struct err *err)
{
	for (; c->nr_started < c->nr; c->nr_started++) {
		struct member *m = &c->members[c->nr_started];
		int rc;

		m->crew = c;
		rc = pthread_create(&m->thread, NULL, member_main, m);
		if (rc)
			return fail(err, ERR_SYS, "cannot start a thread: %s; try --threads 1",
				    strerror(rc));
	}
	pthread_mutex_lock(&c->lock);
	wait_parked(c);
	pthread_mutex_unlock(&c->lock);
	return 0;
}

struct crew *crew_new(uint32_t nr, int *fd, struct err *err)
{
	struct crew *c = calloc(1, sizeof(*c));

	if (!c) {
		fail_mem(err);
		return NULL;
	}
	*c = (struct crew){
		.nr = nr,
		.members = calloc(nr, sizeof(*c->members)),
		.common_pids = calloc(nr, sizeof(*c->common_pids)),
		.told_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
	};
	if (!c->members || !c->common_pids || c->told_fd < 0 || c->wake_fd < 0)
		fail(err, ERR_SYS, "cannot start threads: %s", strerror(errno));
	else if (!start(c, err)) {
		*fd = c->told_fd;
		return c;
	}
	crew_free(c);
	return NULL;
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	set_state(c, CREW_ENDS);
	eventfd_write(c->wake_fd, 1);
	for (uint32_t i = 0; i < c->nr_started; i++)
		pthread_join(c->members[i].thread, NULL);
	if (c->told_fd >= 0)
		close(c->told_fd);
	if (c->wake_fd >= 0)
		close(c->wake_fd);
	free(c->members);
	free(c->common_pids);
	free(c);
}

const pid_t *crew_common_pids(const struct crew *c)
{
	return c->common_pids;
}

void crew_run(struct crew *c, struct collector *collectors)
{
	eventfd_t count;

	eventfd_read(c->wake_fd, &count);
	for (uint32_t i = 0; i < c->nr; i++)
		c->members[i].collector = &collectors[i];
	set_state(c, CREW_RUNNING);
}

int crew_park(struct crew *c, struct err *err)
{
	set_state(c, CREW_PARKED);
	eventfd_write(c->wake_fd, 1);
	pthread_mutex_lock(&c->lock);
	wait_parked(c);
	pthread_mutex_unlock(&c->lock);
	for (uint32_t i = 0; i < c->nr; i++) {
		if (c->members[i].failed) {
			*err = c->members[i].err;
			return -1;
		}
	}
	return 0;
}

bool crew_failed(const struct crew *c)
{
	for (uint32_t i = 0; i < c->nr; i++)
		if (__atomic_load_n(&c->members[i].failed, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

bool crew_ended(const struct crew *c)
{
	for (uint32_t i = 0; i < c->nr; i++)
		if (!__atomic_load_n(&c->members[i].ended, __ATOMIC_ACQUIRE))
			return false;
	return true;
}
