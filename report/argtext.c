#include "report/argtext.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/ioctl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define SIGNAL_MASK 0xff /* of clone(): its low byte is CSIGNAL of linux/sched.h */
#define SIGNAL_RT   32	 /* the first real-time signal of the kernel */

/* The protocols that are levels of socket options, too. */
#define LEVEL_IP   0
#define LEVEL_TCP  6
#define LEVEL_IPV6 41

void arg_families_init(struct arg_families *f, bool own)
{
	*f = (struct arg_families){
		.open = argkind_family("open", own),
		.fd = argkind_family("fd", own),
		.seal = argkind_family("seal", own),
		.signal = argkind_family("signal", own),
		.clone = argkind_family("clone", own),
		.ioctl = argkind_family("ioctl", own),
		.inet_proto = argkind_family("inet_proto", own),
		.netlink = argkind_family("netlink", own),
		.so = argkind_family("so", own),
		.tcp = argkind_family("tcp", own),
		.ip = argkind_family("ip", own),
		.ipv6 = argkind_family("ipv6", own),
	};
}

/* ---- numbers ---- */

static void add_signed(struct text *t, int64_t v)
{
	if (v < 0)
		text_char(t, '-');
	text_dec(t, v < 0 ? -(uint64_t)v : (uint64_t)v, 0, ' ');
}

static void add_hex(struct text *t, uint64_t v)
{
	text_add(t, "0x", v ? 2 : 0);
	text_hex(t, v, 0, ' ');
}

static void add_pointer(struct text *t, uint64_t v)
{
	if (v)
		add_hex(t, v);
	else
		text_add(t, "NULL", 4);
}

/* At least three digits, as strace does. */
static void add_mode(struct text *t, uint64_t v)
{
	const struct text_spec spec = { .conv = 'o', .precision = 3 };

	if (v >= 0100)
		text_char(t, '0');
	text_number(t, &spec, v, 64);
}

static void add_number(struct text *t, const struct arg_kind *kind, uint64_t v)
{
	if (kind->is_signed)
		add_signed(t, (int64_t)v);
	else
		text_dec(t, v, 0, ' ');
}

/* ---- names ---- */

static void add_bar(struct text *t, const char *start)
{
	if (t->at != start)
		text_char(t, '|');
}

static bool is_composite(uint64_t v)
{
	return v & (v - 1);
}

/* The flags of @v that have a name, behind what is there since @start. Returns the others. */
static uint64_t add_flags(struct text *t, const char *start, const struct constants *c, uint64_t v,
			  uint64_t one_of)
{
	for (int composite = 1; composite >= 0 && v; composite--) {
		for (size_t i = 0; i < c->nr && v; i++) {
			const struct constant *flag = &c->at[composite ? c->nr - 1 - i : i];

			if (!flag->value || flag->value & one_of || (flag->value & ~v) ||
			    is_composite(flag->value) != composite)
				continue;
			add_bar(t, start);
			text_str(t, flag->name);
			v &= ~flag->value;
		}
	}
	return v;
}

static void add_rest(struct text *t, const char *start, uint64_t rest, bool octal)
{
	if (!rest && t->at != start)
		return;
	add_bar(t, start);
	if (octal)
		add_mode(t, rest);
	else
		add_hex(t, rest);
}

/* One constant, and nothing else. */
static void add_one(struct text *t, const struct arg_kind *kind, uint64_t v)
{
	const char *name = constants_name(kind->family, v);

	if (name)
		text_str(t, name);
	else if (kind->rest == REST_DECIMAL)
		add_number(t, kind, v);
	else
		add_hex(t, kind->is_long ? v : (uint32_t)v);
}

/* One constant, and flags. */
static void add_named(struct text *t, const struct arg_kind *kind, uint64_t v)
{
	const struct constants *c = kind->family;
	const uint64_t one = v & kind->one_of;
	const char *start = t->at, *name;

	if (kind->one_of == UINT64_MAX)
		return add_one(t, kind, v);
	if (!kind->is_long)
		v = (uint32_t)v;
	name = kind->one_of || !v ? constants_name(c, one) : NULL;
	if (name)
		text_str(t, name);
	else if (one)
		add_hex(t, one);
	v = add_flags(t, start, c, v & ~kind->one_of, kind->one_of);
	add_rest(t, start, v, kind->rest == REST_OCTAL);
}

static void add_bits(struct text *t, const struct constants *c, uint64_t v, uint64_t one_of)
{
	const struct arg_kind kind = {
		.form = ARG_NAMED, .is_long = true, .family = c, .one_of = one_of
	};

	if (c)
		add_named(t, &kind, v);
	else
		add_hex(t, v);
}

static void add_name_of(struct text *t, const struct constants *c, uint64_t v)
{
	const char *name = c ? constants_name(c, v) : NULL;

	if (name)
		text_str(t, name);
	else
		add_signed(t, (int32_t)v);
}

static void add_signal(struct text *t, const struct arg_families *f, uint64_t v)
{
	if (v == SIGNAL_RT && f->signal) {
		text_str(t, "SIGRTMIN");
	} else if (v > SIGNAL_RT && v <= 2 * SIGNAL_RT && f->signal) {
		text_str(t, "SIGRT_");
		text_dec(t, v - SIGNAL_RT, 0, ' ');
	} else {
		add_name_of(t, f->signal, v);
	}
}

/* ---- arguments that need more than a table ---- */

static void add_clone(struct text *t, const struct arg_families *f, uint64_t v)
{
	const char *start = t->at;
	uint64_t signal = v & SIGNAL_MASK, rest = v & ~(uint64_t)SIGNAL_MASK;

	if (f->clone)
		rest = add_flags(t, start, f->clone, rest, 0);
	if (rest) {
		add_bar(t, start);
		add_hex(t, rest);
	}
	if (signal || t->at == start) {
		add_bar(t, start);
		add_signal(t, f, signal);
	}
}

/* glibc's makedev() has the kernel's new_encode_dev() among its bits. */
static void add_device(struct text *t, uint64_t v)
{
	text_str(t, "makedev(");
	add_hex(t, v >> 8 & 0xfff);
	text_add(t, ", ", 2);
	add_hex(t, (v & 0xff) | (v >> 12 & 0xfff00));
	text_char(t, ')');
}

/* Its parts are laid out so on most architectures; on the others nothing is known of them. */
static void add_ioctl(struct text *t, const struct arg_families *f, uint32_t v)
{
	static const char *const dirs[] = { "_IOC_NONE", "_IOC_WRITE", "_IOC_READ",
					    "_IOC_READ|_IOC_WRITE" };
	const char *name = f->ioctl ? constants_name(f->ioctl, v) : NULL;

	if (name || !f->ioctl) {
		if (name)
			text_str(t, name);
		else
			add_hex(t, v);
		return;
	}
	text_str(t, "_IOC(");
	text_str(t, dirs[_IOC_DIR(v) & 3]);
	text_add(t, ", ", 2);
	add_hex(t, _IOC_TYPE(v));
	text_add(t, ", ", 2);
	add_hex(t, _IOC_NR(v));
	text_add(t, ", ", 2);
	add_hex(t, _IOC_SIZE(v));
	text_char(t, ')');
}

static void add_fcntl(struct text *t, const struct arg_families *f, uint32_t cmd, uint64_t v)
{
	switch (cmd) {
	case F_SETFD:
		return add_bits(t, f->fd, v, 0);
	case F_SETFL:
		return add_bits(t, f->open, v, 3);
	case F_ADD_SEALS:
		return add_bits(t, f->seal, v, 0);
	case F_SETSIG:
		return add_signal(t, f, v);
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_SETOWN:
	case F_SETPIPE_SZ:
	case F_SETLEASE:
		return add_signed(t, (int32_t)v);
	default:
		return add_hex(t, v);
	}
}

static void add_protocol(struct text *t, const struct arg_families *f, uint32_t family, uint32_t v)
{
	add_name_of(t,
		    family == AF_INET || family == AF_INET6 ? f->inet_proto
		    : family == AF_NETLINK		    ? f->netlink
							    : NULL,
		    v);
}

static void add_sockopt(struct text *t, const struct arg_families *f, uint32_t level, uint32_t v)
{
	add_name_of(t,
		    level == SOL_SOCKET	  ? f->so
		    : level == LEVEL_TCP  ? f->tcp
		    : level == LEVEL_IP	  ? f->ip
		    : level == LEVEL_IPV6 ? f->ipv6
					  : NULL,
		    v);
}

/* What of the register counts, as 64 bits. */
static uint64_t value_of(const struct arg_kind *kind, uint64_t v)
{
	if (kind->is_long)
		return v;
	if (kind->is_signed && (kind->form == ARG_NUMBER || kind->form == ARG_NAMED))
		return (uint64_t)(int32_t)v;
	return (uint32_t)v;
}

void arg_text(struct text *t, const struct arg_families *f, const struct arg_kind *kind,
	      const uint64_t *args, uint32_t idx)
{
	const uint64_t v = value_of(kind, args[idx]);

	switch (kind->form) {
	case ARG_NUMBER:
		return add_number(t, kind, v);
	case ARG_HEX:
		return add_hex(t, v);
	case ARG_POINTER:
		return add_pointer(t, v);
	case ARG_MODE:
		return add_mode(t, v);
	case ARG_NAMED:
		return add_named(t, kind, v);
	case ARG_SIGNAL:
		return add_signal(t, f, v);
	case ARG_CLONE:
		return add_clone(t, f, v);
	case ARG_DEVICE:
		return add_device(t, v);
	case ARG_IOCTL:
		return add_ioctl(t, f, v);
	case ARG_FCNTL:
		return add_fcntl(t, f, idx ? args[idx - 1] : 0, v);
	case ARG_PROTOCOL:
		return add_protocol(t, f, args[0], v);
	case ARG_SOCKOPT:
		return add_sockopt(t, f, idx ? args[idx - 1] : 0, v);
	}
}

/* ---- which arguments there are ---- */

static bool creates(uint64_t flags)
{
	return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY));
}

static uint32_t used_by_open(const uint64_t *args)
{
	return creates(args[1]) ? CALL_ARGS : 2;
}

static uint32_t used_by_openat(const uint64_t *args)
{
	return creates(args[2]) ? CALL_ARGS : 3;
}

static uint32_t used_by_mremap(const uint64_t *args)
{
	return args[3] & (MREMAP_FIXED | MREMAP_DONTUNMAP) ? CALL_ARGS : 4;
}

static uint32_t used_by_futex(const uint64_t *args)
{
	switch (args[1] & FUTEX_CMD_MASK) {
	case FUTEX_WAKE:
		return 3;
	case FUTEX_WAIT:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return 4;
	case FUTEX_UNLOCK_PI:
	case FUTEX_TRYLOCK_PI:
		return 2;
	default:
		return CALL_ARGS;
	}
}

static uint32_t used_by_fcntl(const uint64_t *args)
{
	switch ((uint32_t)args[1]) {
	case F_GETFD:
	case F_GETFL:
	case F_GETOWN:
	case F_GETSIG:
	case F_GETLEASE:
	case F_GETPIPE_SZ:
	case F_GET_SEALS:
		return 2;
	default:
		return CALL_ARGS;
	}
}

args_used args_used_by(const char *name)
{
	static const struct {
		const char *name;
		args_used used;
	} calls[] = {
		{ "open", used_by_open },     { "mq_open", used_by_open },
		{ "openat", used_by_openat }, { "mremap", used_by_mremap },
		{ "futex", used_by_futex },   { "fcntl", used_by_fcntl },
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		if (!strcmp(calls[i].name, name))
			return calls[i].used;
	return NULL;
}

/* ---- what it returned ---- */

/* Of the kernel's include/linux/errno.h: no program sees them, and no header of programs has them. */
static const struct {
	int error;
	const char *name, *text;
} restarts[] = {
	{ 512, "ERESTARTSYS", "To be restarted if SA_RESTART is set" },
	{ 513, "ERESTARTNOINTR", "To be restarted" },
	{ 514, "ERESTARTNOHAND", "To be restarted if no handler" },
	{ 516, "ERESTART_RESTARTBLOCK", "Interrupted by signal" },
};

enum return_form return_form(const char *name)
{
	static const char *const pointers[] = { "mmap", "mmap2", "mremap", "brk", "shmat" };

	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++)
		if (!strcmp(name, pointers[i]))
			return RETURN_POINTER;
	return strcmp(name, "umask") ? RETURN_NUMBER : RETURN_MODE;
}

const char *errno_name(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(restarts); i++)
		if (restarts[i].error == error)
			return restarts[i].name;
	return strerrorname_np(error);
}

static const char *errno_text(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(restarts); i++)
		if (restarts[i].error == error)
			return restarts[i].text;
	return strerrordesc_np(error);
}

static bool is_restart(int error)
{
	return error >= restarts[0].error && error <= restarts[ARRAY_SIZE(restarts) - 1].error;
}

void return_text(struct text *t, int64_t ret, enum return_form form)
{
	const int error = return_errno(ret);
	const char *name = error ? errno_name(error) : NULL;

	if (!error && form == RETURN_POINTER)
		return add_hex(t, ret);
	if (!error && form == RETURN_MODE)
		return add_mode(t, ret);
	if (!name)
		return add_signed(t, ret);
	text_str(t, is_restart(error) ? "? " : "-1 ");
	text_str(t, name);
	text_add(t, " (", 2);
	text_str(t, errno_text(error));
	text_char(t, ')');
}
