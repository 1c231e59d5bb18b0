#include "report/groups.h"
#include "report/several.h"
#include "common/syscall.h"
#include "common/util.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define LEAVES_MAX (4u << 20) /* more is nothing to be read by people, and 1 GB */
#define NOBODY	   UINT32_MAX
#define NO_NAME	   (1ULL << 63) /* key of BY_COMM: with the tid of a task without one */

static const char *const by_names[BY_KINDS] = {
	[BY_SYSCALL] = "syscall", [BY_PID] = "pid",   [BY_TID] = "tid",	    [BY_COMM] = "comm",
	[BY_CPU] = "cpu",	  [BY_HOST] = "host", [BY_ERRNO] = "errno", [BY_LOCK] = "lock",
};

const char *by_name(enum by by)
{
	return by_names[by];
}

static int find_by(const char *word, size_t len)
{
	for (int i = 0; i < BY_LOCK; i++)
		if (strlen(by_names[i]) == len && !strncmp(by_names[i], word, len))
			return i;
	return -1;
}

int nesting_parse(struct nesting *n, const char *list, struct err *err)
{
	const char *at = list;

	n->nr = 0;
	for (;;) {
		size_t len = strcspn(at, ",");
		int by = find_by(at, len);

		if (by < 0)
			return fail(err, ERR_USAGE,
				    "option --by: %.*s is none of syscall, pid, tid, comm, cpu, "
				    "host, errno",
				    (int)len, at);
		for (uint32_t i = 0; i < n->nr; i++)
			if (n->by[i] == (enum by)by)
				return fail(err, ERR_USAGE, "option --by: %s stands there twice",
					    by_names[by]);
		n->by[n->nr++] = by;
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

int tally_merge(struct tally *t, const struct tally *from)
{
	t->errors += from->errors;
	t->open += from->open;
	t->broken += from->broken;
	t->left += from->left;
	t->born += from->born;
	if (from->last_ns)
		t->first_ns = t->last_ns ? MIN(t->first_ns, from->first_ns) : from->first_ns;
	t->last_ns = MAX(t->last_ns, from->last_ns);
	return hist_merge(&t->times, &from->times);
}

void tally_release(struct tally *t)
{
	hist_release(&t->times);
}

void groups_init(struct groups *g, const struct nesting *n, bool hosts)
{
	for (uint32_t i = 0; i < n->nr; i++)
		hosts = hosts && n->by[i] != BY_HOST;
	if (hosts)
		g->nesting.by[g->nesting.nr++] = BY_HOST;
	for (uint32_t i = 0; i < n->nr; i++)
		g->nesting.by[g->nesting.nr++] = n->by[i];
	for (uint32_t i = 0; i < n->nr; i++) {
		g->by_cpu |= n->by[i] == BY_CPU;
		g->by_errno |= n->by[i] == BY_ERRNO;
		g->by_lock |= n->by[i] == BY_LOCK;
	}
	if (getrandom(&g->seed, sizeof(g->seed), GRND_NONBLOCK) < 0)
		g->seed = (uintptr_t)g;
}

void groups_release(struct groups *g)
{
	for (size_t i = 0; i < g->nr; i++)
		tally_release(&g->leaves[i].tally);
	free(g->leaves);
	free(g->threads);
	free(g->thread_names);
	hash_release(&g->by_key);
	hash_release(&g->by_thread);
	hash_release(&g->by_pid);
	*g = (struct groups){ 0 };
}

void groups_start(struct groups *g, const struct callreport *r)
{
	static const char *const births[] = { "fork", "vfork", "clone", "clone3" };

	g->report = r;
	g->pairs = &r->stream.pairs;
	g->with_left |= g->pairs->halves;
	for (size_t i = 0; i < ARRAY_SIZE(births); i++) {
		g->births[i] = syscall_number(r->arch, births[i]);
		g->births[ARRAY_SIZE(births) + i] = syscall_compat_number(r->arch, births[i]);
	}
}

/* ---- threads ---- */

/* The number of the thread that the task is, in any file. -1 when memory ran out. */
static int64_t add_thread(struct groups *g, uint32_t task)
{
	const struct pair_task *t = &g->pairs->tasks[task];
	/* pids have 22 bits at most. */
	uint64_t key = ((uint64_t)g->report->host << 44 ^ (uint64_t)t->pid << 22) ^ t->tid;
	uint64_t *number = hash_get(&g->by_thread, key);
	const struct thread_name *known;

	for (; number; number = hash_get(&g->by_thread, ++key)) {
		known = &g->thread_names[*number];
		if (known->host == g->report->host && known->pid == t->pid && known->tid == t->tid)
			return *number;
	}
	if (g->nr_names == g->room_names) {
		size_t room = MAX(2 * g->room_names, 64);
		void *more = reallocarray(g->thread_names, room, sizeof(*g->thread_names));

		if (!more)
			return -1;
		g->thread_names = more;
		g->room_names = room;
	}
	number = hash_put(&g->by_thread, key);
	if (!number)
		return -1;
	*number = g->nr_names;
	g->thread_names[g->nr_names] =
		(struct thread_name){ g->report->host, t->pid, t->tid, NOBODY };
	return g->nr_names++;
}

static int64_t thread_of(struct groups *g, uint32_t task)
{
	int64_t number;

	if (task >= g->nr_threads) {
		size_t nr = MAX(2 * g->nr_threads, (size_t)task + 64);
		uint32_t *more = reallocarray(g->threads, nr, sizeof(*more));

		if (!more)
			return -1;
		memset(more + g->nr_threads, 0, (nr - g->nr_threads) * sizeof(*more));
		g->threads = more;
		g->nr_threads = nr;
	}
	if (g->threads[task])
		return g->threads[task] - 1;
	number = add_thread(g, task);
	g->threads[task] = number + 1;
	return number;
}

static uint64_t pid_key(uint32_t host, uint32_t pid)
{
	return (uint64_t)host << 32 | pid;
}

int groups_end(struct groups *g, struct err *err)
{
	for (uint32_t i = 0; i < MIN(g->pairs->nr_tasks, g->nr_threads); i++) {
		const struct pair_task *task = &g->pairs->tasks[i];
		struct thread_name *name;
		uint64_t *of_pid;

		if (!g->threads[i])
			continue;
		name = &g->thread_names[g->threads[i] - 1];
		if (task->comm != NOBODY)
			name->comm = task->comm;
		of_pid = hash_get(&g->by_pid, pid_key(name->host, task->pid));
		if (of_pid && task->tid != task->pid)
			continue;
		of_pid = hash_put(&g->by_pid, pid_key(name->host, task->pid));
		if (!of_pid)
			return fail_mem(err);
		*of_pid = name - g->thread_names;
	}
	return 0;
}

const struct thread_name *groups_thread(const struct groups *g, enum by by, uint64_t key)
{
	const uint64_t *of_pid = by == BY_PID ? hash_get(&g->by_pid, key) : &key;

	return of_pid && *of_pid < g->nr_names ? &g->thread_names[*of_pid] : NULL;
}

/* ---- calls ---- */

static bool is_error(const struct groups *g, const struct call *call)
{
	return (call->state == CALL_EXACT || (call->state == CALL_LEFT && g->with_left)) &&
	       call_failed(call);
}

static uint32_t error_of(const struct groups *g, const struct call *call)
{
	return is_error(g, call) ? -call->ret : 0;
}

/* Returns 0, or -1 when memory ran out. */
static int key_of(struct groups *g, enum by by, const struct call *call, uint64_t *key)
{
	const struct pair_task *task = &g->pairs->tasks[call->task];
	int64_t number = 0;

	switch (by) {
	case BY_SYSCALL:
		*key = call->nr;
		return 0;
	case BY_PID:
		number = thread_of(g, call->task); /* for the name */
		*key = pid_key(g->report->host, task->pid);
		break;
	case BY_TID:
		*key = number = thread_of(g, call->task);
		break;
	case BY_COMM:
		*key = task->comm == NOBODY ? NO_NAME | task->tid : task->comm;
		break;
	case BY_CPU:
		*key = call->cpu;
		break;
	case BY_HOST:
		*key = g->report->host;
		break;
	case BY_LOCK:
		*key = call->args[0];
		break;
	default:
		*key = error_of(g, call);
	}
	return number < 0 ? -1 : 0;
}

static uint64_t hash_of(const struct groups *g, const uint64_t *key)
{
	uint64_t h = g->seed;

	for (uint32_t i = 0; i < g->nesting.nr; i++) {
		h = (h ^ key[i]) * 0x9e3779b97f4a7c15;
		h ^= h >> 32;
	}
	return h;
}

static bool is_of(const struct groups *g, const struct leaf *leaf, const uint64_t *key)
{
	for (uint32_t i = 0; i < g->nesting.nr; i++)
		if (leaf->key[i] != key[i])
			return false;
	return true;
}

static struct leaf *add_leaf(struct groups *g, const uint64_t *key, uint64_t *first)
{
	struct leaf *leaf;

	if (g->nr == g->room) {
		size_t room = MAX(2 * g->room, 64);
		void *more = reallocarray(g->leaves, room, sizeof(*g->leaves));

		if (!more)
			return NULL;
		g->leaves = more;
		g->room = room;
	}
	leaf = &g->leaves[g->nr++];
	*leaf = (struct leaf){ .next = *first - 1 };
	memcpy(leaf->key, key, g->nesting.nr * sizeof(*key));
	*first = g->nr;
	return leaf;
}

/* The leaf of @key, which is added when it is new. NULL with @err filled. */
static struct leaf *find_leaf(struct groups *g, const uint64_t *key, struct err *err)
{
	uint64_t *first;
	struct leaf *leaf;

	first = hash_put(&g->by_key, hash_of(g, key)); /* leaf + 1 */
	if (!first) {
		fail_mem(err);
		return NULL;
	}
	for (uint32_t at = *first - 1; at != NOBODY; at = g->leaves[at].next)
		if (is_of(g, &g->leaves[at], key))
			return &g->leaves[at];
	if (g->nr == LEAVES_MAX) {
		fail(err, ERR_DATA, "more than %u different groups; try fewer levels: --by",
		     LEAVES_MAX);
		return NULL;
	}
	leaf = add_leaf(g, key, first);
	if (!leaf)
		fail_mem(err);
	return leaf;
}

/* What @call is counted in. NULL with @err filled. */
static struct leaf *search_leaf(struct groups *g, const struct call *call, struct err *err)
{
	uint64_t key[BY_KINDS] = { 0 };

	for (uint32_t i = 0; i < g->nesting.nr; i++) {
		if (key_of(g, g->nesting.by[i], call, &key[i])) {
			fail_mem(err);
			return NULL;
		}
	}
	return find_leaf(g, key, err);
}

/* What a call's leaf depends on beside its task, the name of that, and its number. */
static inline struct recent_rest rest_of(const struct groups *g, const struct call *call)
{
	return (struct recent_rest){
		.lock = g->by_lock ? call->args[0] : 0,
		.cpu = g->by_cpu ? call->cpu : 0,
		.error = g->by_errno ? error_of(g, call) : 0,
	};
}

static inline struct leaf *leaf_of(struct groups *g, const struct call *call, struct err *err)
{
	const uint32_t comm = g->pairs->tasks[call->task].comm;
	const struct recent_rest rest = rest_of(g, call);
	/* Neighbours, e.g. two tasks that make the same calls, are not to lie in each other's place. */
	const uint64_t mix = ((uint64_t)call->task << 32 ^ (uint64_t)call->nr ^ rest.lock << 8 ^
			      (uint64_t)rest.error << 16 ^ (uint64_t)rest.cpu << 24) *
			     0x9e3779b97f4a7c15;
	struct recent_leaf *recent = &g->recent[mix >> (64 - GROUPS_RECENT_BITS)];
	struct leaf *leaf;

	if (likely(recent->leaf && recent->task == call->task && recent->nr == call->nr &&
		   recent->comm == comm && recent->rest.lock == rest.lock &&
		   recent->rest.cpu == rest.cpu && recent->rest.error == rest.error))
		return &g->leaves[recent->leaf - 1];
	leaf = search_leaf(g, call, err);
	if (leaf)
		*recent = (struct recent_leaf){ call->task, comm, call->nr, rest,
						leaf - g->leaves + 1 };
	return leaf;
}

/* The first return of a task that has just been made. */
static bool is_birth(const struct groups *g, const struct call *call)
{
	for (size_t i = 0; i < ARRAY_SIZE(g->births); i++)
		if (call->nr == g->births[i] && !call->ret)
			return true;
	return false;
}

struct leaf *groups_leaf(struct groups *g, const struct call *call, struct err *err)
{
	return leaf_of(g, call, err);
}

static void note_when(struct tally *t, uint64_t ns)
{
	t->first_ns = t->last_ns ? MIN(t->first_ns, ns) : ns;
	t->last_ns = MAX(t->last_ns, ns);
}

static inline int count_call(struct groups *g, struct tally *t, const struct call *call,
			     struct err *err)
{
	t->open += call->state == CALL_OPEN;
	t->broken += call->state == CALL_BROKEN;
	t->left += call->state == CALL_LEFT;
	t->born += call->state == CALL_LEFT && is_birth(g, call);
	t->errors += is_error(g, call);
	if (unlikely(g->with_when))
		note_when(t, several_to_common(g->report->session, call->end_ns));
	if (call->state == CALL_EXACT && hist_add(&t->times, call->end_ns - call->start_ns))
		return fail_mem(err);
	return 0;
}

int groups_count(struct groups *g, struct leaf *leaf, const struct call *call, struct err *err)
{
	return count_call(g, &leaf->tally, call, err);
}

int groups_add(void *arg, const struct call *call, struct err *err)
{
	struct groups *g = arg;
	struct leaf *leaf = leaf_of(g, call, err);

	return leaf ? count_call(g, &leaf->tally, call, err) : -1;
}

/* ---- the result ---- */

static int by_level(const void *a, const void *b, void *arg)
{
	const uint32_t level = *(const uint32_t *)arg;
	const struct leaf *x = a, *y = b;

	return x->key[level] < y->key[level] ? -1 : x->key[level] > y->key[level];
}

void groups_free(struct group *groups, size_t nr)
{
	for (size_t i = 0; groups && i < nr; i++)
		tally_release(&groups[i].tally);
	free(groups);
}

struct group *groups_split(struct groups *g, size_t first, size_t nr, uint32_t level,
			   size_t *nr_groups)
{
	struct group *list;
	size_t at = 0;

	if (nr)
		qsort_r(g->leaves + first, nr, sizeof(*g->leaves), by_level, &level);
	*nr_groups = 0;
	for (size_t i = first; i < first + nr; i++)
		*nr_groups += i == first || g->leaves[i].key[level] != g->leaves[i - 1].key[level];
	list = calloc(*nr_groups + 1, sizeof(*list));
	for (size_t i = first; list && i < first + nr; i++) {
		const struct leaf *leaf = &g->leaves[i];

		if (i == first || leaf->key[level] != leaf[-1].key[level])
			list[at++] = (struct group){ .key = leaf->key[level], .first = i };
		list[at - 1].nr++;
		if (tally_merge(&list[at - 1].tally, &leaf->tally)) {
			groups_free(list, at);
			list = NULL;
		}
	}
	return list;
}

static void label_task(const struct groups *g, enum by by, uint64_t key, char room[LABEL_ROOM])
{
	const struct thread_name *t = groups_thread(g, by, key);
	uint32_t number = t && by == BY_TID ? t->tid : (uint32_t)key;

	if (t && t->comm != NOBODY)
		snprintf(room, LABEL_ROOM, "%s (%" PRIu32 ")", g->pairs->comms.at[t->comm], number);
	else
		snprintf(room, LABEL_ROOM, ":%" PRIu32, number);
}

static void label_error(uint64_t key, char room[LABEL_ROOM])
{
	const char *name = key ? strerrorname_np(key) : "no error";

	if (name)
		snprintf(room, LABEL_ROOM, "%s", name);
	else
		snprintf(room, LABEL_ROOM, "errno %" PRIu64, key);
}

void groups_label(const struct groups *g, enum by by, uint64_t key, const char *arch,
		  char room[LABEL_ROOM])
{
	switch (by) {
	case BY_SYSCALL:
		syscall_name(arch, key, room);
		return;
	case BY_PID:
	case BY_TID:
		label_task(g, by, key, room);
		return;
	case BY_COMM:
		if (key & NO_NAME)
			snprintf(room, LABEL_ROOM, ":%" PRIu32, (uint32_t)key);
		else
			snprintf(room, LABEL_ROOM, "%s", g->pairs->comms.at[key]);
		return;
	case BY_CPU:
		if (key == UINT32_MAX)
			snprintf(room, LABEL_ROOM, "no CPU");
		else
			snprintf(room, LABEL_ROOM, "CPU %" PRIu64, key);
		return;
	case BY_HOST:
		snprintf(room, LABEL_ROOM, "%s", g->report->hosts.at[key]);
		return;
	case BY_LOCK:
		snprintf(room, LABEL_ROOM, "0x%" PRIx64, key);
		return;
	default:
		label_error(key, room);
	}
}
