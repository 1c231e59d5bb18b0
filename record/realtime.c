#include "record/realtime.h"
#include "common/rights.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

int realtime_set(int prio, struct err *err)
{
	const struct sched_param param = { .sched_priority = prio };
	struct rlimit limit = { 0 };
	struct rights rights;

	if (!sched_setscheduler(0, SCHED_FIFO, &param))
		return 0;
	if (errno != EPERM)
		return fail(err, ERR_SYS, "option -r: cannot run with real-time priority %d: %s",
			    prio, strerror(errno));
	getrlimit(RLIMIT_RTPRIO, &limit);
	rights_look(&rights);
	return rights_fail_nice(&rights, prio, limit.rlim_cur, err);
}
