#include "record/hotplug.h"
#include "common/util.h"

#include <inttypes.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP 1 /* what the kernel says itself, not udev */

int hotplug_open(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && bind(fd, (const struct sockaddr *)&kernel, sizeof(kernel))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Would it be recorded if it had been there from the start? */
static bool is_wanted(const struct target *t, uint32_t cpu)
{
	for (uint32_t i = 0; i < t->nr_cpus; i++)
		if (t->cpus[i] == cpu)
			return true;
	return !t->spec.cpus;
}

void hotplug_tell(int fd, const struct target *t)
{
	char text[4096];
	ssize_t len;

	while (fd >= 0 && (len = recv(fd, text, sizeof(text) - 1, 0)) > 0) {
		uint32_t cpu;

		text[len] = 0;
		if (sscanf(text, "online@/devices/system/cpu/cpu%" SCNu32, &cpu) == 1 &&
		    is_wanted(t, cpu))
			fprintf(stderr,
				"rec: CPU %" PRIu32 " came up meanwhile; what it did from then on "
				"is not recorded\n",
				cpu);
	}
}
