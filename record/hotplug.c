#include "record/hotplug.h"
#include "common/util.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP 1 /* what the kernel says itself, not udev */

void hotplug_open(struct hotplug *h)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };

	h->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_KOBJECT_UEVENT);
	if (h->fd >= 0 && bind(h->fd, (const struct sockaddr *)&kernel, sizeof(kernel))) {
		close(h->fd);
		h->fd = -1;
	}
}

void hotplug_close(struct hotplug *h)
{
	if (h->fd >= 0)
		close(h->fd);
	free(h->came);
	*h = (struct hotplug){ .fd = -1 };
}

int hotplug_begin(struct hotplug *h, const struct target *t, struct err *err)
{
	if (t->by_task) {
		hotplug_close(h);
		return 0;
	}
	h->target = t;
	h->came = calloc(t->nr_cpus, sizeof(*h->came));
	return h->came ? 0 : fail_mem(err);
}

static void came(struct hotplug *h, uint32_t cpu)
{
	for (uint32_t i = 0; i < h->target->nr_cpus; i++) {
		if (h->target->cpus[i] == cpu)
			h->came[i] = h->pending = true;
	}
}

void hotplug_read(struct hotplug *h)
{
	char text[4096];
	ssize_t len;

	while ((len = recv(h->fd, text, sizeof(text) - 1, 0)) > 0) {
		uint32_t cpu;

		text[len] = 0;
		if (sscanf(text, "online@/devices/system/cpu/cpu%" SCNu32, &cpu) == 1)
			came(h, cpu);
	}
	/* More was said than we could hear: then it may have been any of them. */
	if (len < 0 && errno == ENOBUFS)
		for (uint32_t i = 0; i < h->target->nr_cpus; i++)
			h->came[i] = h->pending = true;
}

int hotplug_next(struct hotplug *h)
{
	for (uint32_t i = 0; h->pending && i < h->target->nr_cpus; i++) {
		if (!h->came[i])
			continue;
		h->came[i] = false;
		return (int)i;
	}
	h->pending = false;
	return -1;
}
