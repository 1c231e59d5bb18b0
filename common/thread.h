/*
 * thread.h - threads that help: how many are of use, how one is started, and so many of them doing
 * jobs together.
 */
#ifndef COMMON_THREAD_H
#define COMMON_THREAD_H

#include <pthread.h>
#include <stdint.h>

/* thread_cpus() - how many CPUs this process may run on; at least 1. */
uint32_t thread_cpus(void);

#define HANDS_MAX 16 /* more would wait for memory, and take some */

/* thread_hands() - how many threads are of use for thread_jobs(): one for each CPU, up to HANDS_MAX. */
uint32_t thread_hands(void);

/*
 * thread_start() - start @run with @arg. Signals stay with those threads that are there already; but
 * SIGPIPE, which is for whoever writes, can end the process from any.
 * Returns 0, or errno: then all goes without it.
 */
int thread_start(pthread_t *thread, void *(*run)(void *), void *arg);

/* thread_pause() - in a loop that looks for what another CPU will write soon: lets it have the core, if they share it. */
static inline void thread_pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* A job of thread_jobs(). @hand: who does it, from 0 on; one hand does one job at a time. */
typedef void (*thread_job)(void *arg, uint32_t hand, uint32_t job);

/*
 * thread_jobs() - do the jobs 0 to @nr - 1 by @hands threads, of which the caller is one, and which
 * may be fewer than asked for, and are at most HANDS_MAX. Each takes the next one that nobody has taken. Ends when all are done.
 */
void thread_jobs(uint32_t hands, uint32_t nr, thread_job job, void *arg);

#endif
