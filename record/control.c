#include "record/control.h"
#include "common/util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* perf sends the NUL, too, and there are clients that wait for five bytes. */
static const char ack[5] = "ack\n";

static const struct {
	const char *word;
	enum control_order order;
	bool takes_event;
} orders[] = {
	{ "enable", CONTROL_ENABLE, true },	 { "disable", CONTROL_DISABLE, true },
	{ "ping", CONTROL_PING, false },	 { "stop", CONTROL_STOP, false },
	{ "snapshot", CONTROL_SNAPSHOT, false },
};

static int fail_spec(const char *spec, struct err *err)
{
	return fail(err, ERR_USAGE, "option --control: %s is not fifo:PATH[,ACKPATH] nor fd:N[,N]",
		    spec);
}

/*
 * For both directions: so we hear of no end when a writer closes it, and the next one finds us
 * still there; and an answer waits until somebody opens the other end.
 */
static int open_fifo(const char *path, int *fd, struct err *err)
{
	struct stat st;

	*fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (*fd < 0)
		return fail(err,
			    errno == ENOENT   ? ERR_NOENT
			    : errno == EACCES ? ERR_PERM
					      : ERR_IO,
			    "cannot open %s: %s; make it with mkfifo", path, strerror(errno));
	if (fstat(*fd, &st) || !S_ISFIFO(st.st_mode))
		return fail(err, ERR_IO, "%s is no FIFO; make one with mkfifo", path);
	return 0;
}

static int open_fifos(struct control *c, const char *paths, struct err *err)
{
	const char *comma = strchr(paths, ',');
	char path[4096];

	c->ours = true;
	if ((size_t)snprintf(path, sizeof(path), "%.*s",
			     comma ? (int)(comma - paths) : (int)strlen(paths),
			     paths) >= sizeof(path))
		return fail(err, ERR_USAGE, "option --control: the path is too long");
	if (open_fifo(path, &c->fd, err))
		return -1;
	return comma && comma[1] ? open_fifo(comma + 1, &c->ack_fd, err) : 0;
}

/* A descriptor that whoever started us has opened. */
static int take_fd(const char **text, int *fd)
{
	char *end;
	long nr = strtol(*text, &end, 10);

	if (**text < '0' || **text > '9' || nr > 1 << 20 || fcntl(nr, F_GETFD) < 0)
		return -1;
	*fd = nr;
	*text = end;
	return 0;
}

int control_open(struct control *c, const char *spec, struct err *err)
{
	const char *at;

	*c = (struct control){ .fd = -1, .ack_fd = -1 };
	if (!spec)
		return 0;
	if (!strncmp(spec, "fifo:", 5) && spec[5] && spec[5] != ',')
		return open_fifos(c, spec + 5, err);
	if (strncmp(spec, "fd:", 3))
		return fail_spec(spec, err);
	at = spec + 3;
	if (take_fd(&at, &c->fd) || (*at == ',' && at++ && take_fd(&at, &c->ack_fd)) || *at)
		return fail_spec(spec, err);
	signal(SIGPIPE, SIG_IGN); /* that nobody reads the answers is no end */
	return 0;
}

void control_close(struct control *c)
{
	if (c->ours && c->fd >= 0)
		close(c->fd);
	if (c->ours && c->ack_fd >= 0)
		close(c->ack_fd);
	*c = (struct control){ .fd = -1, .ack_fd = -1 };
}

void control_read(struct control *c)
{
	ssize_t len;

	if (c->len == sizeof(c->line)) {
		c->len = 0; /* no order is as long */
		c->overlong = true;
	}
	len = read(c->fd, c->line + c->len, sizeof(c->line) - c->len);
	if (len > 0) {
		c->len += len;
	} else if (!len || (errno != EAGAIN && errno != EINTR)) {
		if (c->ours)
			close(c->fd);
		c->fd = -1;
	}
}

/* Takes the first line out; false when there is none yet. Lines end as perf's: also with a NUL. */
static bool take_line(struct control *c, char line[CONTROL_LINE_MAX])
{
	size_t len = 0;

	while (len < c->len && c->line[len] != '\n' && c->line[len])
		len++;
	if (len == c->len)
		return false;
	memcpy(line, c->line, len);
	line[len] = 0;
	c->len -= len + 1;
	memmove(c->line, c->line + len + 1, c->len);
	return true;
}

static enum control_order understand(struct control *c, char *line)
{
	char *event;

	line[strcspn(line, "\r")] = 0;
	event = line + strcspn(line, " ");
	if (*event)
		*event++ = 0;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		if (strcmp(line, orders[i].word) || (*event && !orders[i].takes_event))
			continue;
		snprintf(c->event, sizeof(c->event), "%s", event);
		return orders[i].order;
	}
	return CONTROL_NONE;
}

enum control_order control_next(struct control *c)
{
	char line[CONTROL_LINE_MAX];

	while (take_line(c, line)) {
		/* What ends a line that was too long is no line. */
		enum control_order order = c->overlong ? CONTROL_NONE : understand(c, line);
		bool told = *line || c->overlong;

		c->overlong = false;
		if (order)
			return order;
		if (told)
			fprintf(stderr, "rec: unknown order from --control; enable, disable, ping, "
					"snapshot and stop are known\n");
	}
	return CONTROL_NONE;
}

void control_ack(struct control *c)
{
	struct pollfd out = { .fd = c->ack_fd, .events = POLLOUT };

	/* A descriptor of somebody else's may block, and the rings do not wait. */
	errno = EAGAIN;
	if (c->ack_fd >= 0 && (poll(&out, 1, 0) <= 0 || write(c->ack_fd, ack, sizeof(ack)) < 0))
		fprintf(stderr, "rec: cannot answer an order from --control: %s\n",
			strerror(errno));
}
