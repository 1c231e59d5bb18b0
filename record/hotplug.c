#include "record/hotplug.h"
#include "common/util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KERNEL_GROUP 1 /* what the kernel says itself, not udev */

#define CPU_CAME "online@/devices/system/cpu/cpu"

/*
 * The kernel says so much of all devices that there may be no room in the socket for what we wait
 * for: only what begins with CPU_CAME, as far as whole words go, gets in. Where no filter can be
 * had, hotplug_read() chooses.
 */
static void hear_cpus(int fd)
{
	enum { WORDS = (sizeof(CPU_CAME) - 1) / sizeof(uint32_t) };
	struct sock_filter code[2 * WORDS + 2];
	const struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };

	for (uint32_t i = 0; i < WORDS; i++) {
		const uint32_t at = i * sizeof(uint32_t), to_drop = 2 * (WORDS - i) - 1;
		uint32_t word;

		memcpy(&word, &CPU_CAME[at], sizeof(word));
		code[2 * i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at);
		code[2 * i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							       ntohl(word), 0, to_drop);
	}
	code[2 * WORDS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	code[2 * WORDS + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

void hotplug_open(struct hotplug *h)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };

	h->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		       NETLINK_KOBJECT_UEVENT);
	if (h->fd >= 0)
		hear_cpus(h->fd);
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
		if (sscanf(text, CPU_CAME "%" SCNu32, &cpu) == 1)
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
