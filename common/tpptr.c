#include "common/tpptr.h"

#include <sys/socket.h>

/* What is behind %p. */
struct ext {
	const char *at;
	uint32_t left;
};

static char peek(const struct ext *e, uint32_t i)
{
	return i < e->left ? e->at[i] : 0;
}

static bool take(struct ext *e, char c)
{
	if (peek(e, 0) != c)
		return false;
	e->at++;
	e->left--;
	return true;
}

static void not_a_field(const struct tpraw *r, const struct tparg *arg)
{
	text_str(r->out, "ARG TYPE NOT FIELD BUT ");
	text_dec(r->out, arg->kind, 0, 0);
}

/*
 * The bytes of the field that @arg has to be; NULL: there are none, and what perf prints then is
 * printed. @size: what it must have, or text @wrong is printed.
 */
static const unsigned char *field_bytes(const struct tpraw *r, const struct tparg *arg,
					uint32_t size, const char *wrong)
{
	const struct tp_field *f = arg->field;

	if (arg->kind != ARG_FIELD) {
		not_a_field(r, arg);
		return NULL;
	}
	if (!f)
		return NULL;
	if (f->size != size) {
		text_str(r->out, wrong);
		return NULL;
	}
	if (size > r->size || f->offset > r->size - size)
		return NULL;
	return (const unsigned char *)r->raw + f->offset;
}

static void print_mac(const struct tpraw *r, struct ext e, const struct tparg *arg)
{
	const unsigned char *mac = field_bytes(r, arg, 6, "INVALIDMAC");
	const bool reverse = peek(&e, 1) == 'R';
	const char delim = peek(&e, 0) == 'm' ? 0 : peek(&e, 1) == 'F' ? '-' : ':';

	for (int i = 0; mac && i < 6; i++) {
		if (i && delim)
			text_char(r->out, delim);
		text_byte(r->out, mac[reverse ? 5 - i : i], false);
	}
}

/* ---- addresses of the internet ---- */

static void print_ip4(const struct tpraw *r, const unsigned char *ip, bool zeros, bool reverse)
{
	struct text_spec spec = { .conv = 'd', .zero = true, .precision = -1 };

	spec.width = zeros ? 3 : 0;
	for (int i = 0; i < 4; i++) {
		if (i)
			text_char(r->out, '.');
		text_number(r->out, &spec, ip[reverse ? 3 - i : i], 32);
	}
}

static unsigned word(const unsigned char *ip, int i)
{
	return ip[2 * i] << 8 | ip[2 * i + 1];
}

/* The longest run of at least two zero words in the first @nr; the first of equal ones. */
static int find_zeros(const unsigned char *ip, int nr, int *len)
{
	int start = -1;

	*len = 1;
	for (int i = 0; i < nr; i++) {
		int j = i;

		while (j < nr && !word(ip, j))
			j++;
		if (j - i > *len) {
			*len = j - i;
			start = i;
		}
	}
	return start;
}

/* Mapped, or ISATAP: the last 4 bytes are an IPv4 address. */
static bool has_ip4(const unsigned char *ip)
{
	static const unsigned char mapped[12] = { [10] = 0xff, 0xff };

	return !memcmp(ip, mapped, sizeof(mapped)) ||
	       ((ip[8] | 2) == 2 && ip[9] == 0 && ip[10] == 0x5e && ip[11] == 0xfe);
}

static void print_ip6_short(const struct tpraw *r, const unsigned char *ip)
{
	const int nr = has_ip4(ip) ? 6 : 8;
	int len, zeros = find_zeros(ip, nr, &len);
	bool colon = false;

	for (int i = 0; i < nr; i++) {
		if (i == zeros) {
			if (colon || !i)
				text_char(r->out, ':');
			text_char(r->out, ':');
			colon = false;
			i += len - 1;
			continue;
		}
		if (colon)
			text_char(r->out, ':');
		text_hex(r->out, word(ip, i), 0, 0);
		colon = true;
	}
	if (nr == 8)
		return;
	if (colon)
		text_char(r->out, ':');
	print_ip4(r, ip + 12, false, false);
}

static void print_ip6(const struct tpraw *r, const unsigned char *ip, bool colons)
{
	for (int i = 0; i < 16; i++) {
		if (colons && i && i % 2 == 0)
			text_char(r->out, ':');
		text_byte(r->out, ip[i], false);
	}
}

/*
 * The byte order of the address; returns whether it is reversed. "h" is the host's: raw bytes
 * have come into that of this machine by now, and no IPv4 address comes from a big one.
 */
static bool take_order(struct ext *e)
{
	if (take(e, 'l') || take(e, 'h'))
		return true;
	(void)(take(e, 'n') || take(e, 'b'));
	return false;
}

static void print_port(const struct tpraw *r, const unsigned char *sa)
{
	text_char(r->out, ':');
	text_dec(r->out, sa[2] << 8 | sa[3], 0, 0);
}

/* A struct sockaddr_in or sockaddr_in6. */
static void print_sockaddr(const struct tpraw *r, struct ext e, bool big, const struct tparg *arg)
{
	const bool port = big && take(&e, 'p'), compressed = big && take(&e, 'c');
	const bool reverse = take_order(&e);
	const struct tp_field *f = arg->field;
	const unsigned char *sa;
	uint32_t family, need;

	if (arg->kind != ARG_FIELD)
		return not_a_field(r, arg);
	if (!f || r->size < 2 || f->offset > r->size - 2)
		return;
	family = load_u16(r->raw + f->offset);
	if (family != AF_INET && family != AF_INET6)
		return;
	need = family == AF_INET ? 16 : 28;
	if (f->size < need)
		return text_str(r->out, family == AF_INET ? "INVALIDIPv4" : "INVALIDIPv6");
	if (r->size < need || f->offset > r->size - need)
		return;
	sa = (const unsigned char *)r->raw + f->offset;
	if (family == AF_INET) {
		print_ip4(r, sa + 4, !big, reverse);
		if (port)
			print_port(r, sa);
		return;
	}
	if (port)
		text_char(r->out, '[');
	if (compressed)
		print_ip6_short(r, sa + 8);
	else
		print_ip6(r, sa + 8, big);
	if (port) {
		text_char(r->out, ']');
		print_port(r, sa);
	}
}

static void print_ip(const struct tpraw *r, struct ext e, const struct tparg *arg)
{
	const bool big = take(&e, 'I') || !take(&e, 'i');
	const unsigned char *ip;

	if (take(&e, '4')) {
		bool reverse = take_order(&e);

		ip = field_bytes(r, arg, 4, "INVALIDIPv4");
		if (ip)
			print_ip4(r, ip, !big, reverse);
	} else if (take(&e, '6')) {
		ip = field_bytes(r, arg, 16, "INVALIDIPv6");
		if (ip && big && peek(&e, 0) == 'c')
			print_ip6_short(r, ip);
		else if (ip)
			print_ip6(r, ip, big);
	} else if (take(&e, 'S')) {
		print_sockaddr(r, e, big, arg);
	}
}

/* ---- others ---- */

static void print_uuid(const struct tpraw *r, struct ext e, const struct tparg *arg)
{
	static const unsigned char mixed[16] = { 3, 2, 1,  0,  5,  4,  7,  6,
						 8, 9, 10, 11, 12, 13, 14, 15 };
	const char form = peek(&e, 1);
	const bool upper = form == 'L' || form == 'B', guid = form == 'L' || form == 'l';
	const unsigned char *id = field_bytes(r, arg, 16, "INVALIDUUID");

	for (int i = 0; id && i < 16; i++) {
		text_byte(r->out, id[guid ? mixed[i] : i], upper);
		if (i == 3 || i == 5 || i == 7 || i == 9)
			text_char(r->out, '-');
	}
}

/* %*ph: as many bytes as the "*" says, 1 without. */
static void print_bytes(const struct tpraw *r, const struct tpconv *c, struct ext e)
{
	const char form = peek(&e, 1), delim = form == 'C' ? ':' : form == 'D' ? '-' : ' ';
	const struct tparg *arg = c->arg;
	int64_t len = c->star ? c->star_value : 1;
	uint32_t place, off;

	if (arg->kind != ARG_DYNAMIC)
		return not_a_field(r, arg);
	place = tpraw_number(r, arg->field->offset, arg->field->size);
	off = place & 0xffff;
	len = MIN(len, (int64_t)(place >> 16));
	len = off < r->size ? MIN(len, (int64_t)(r->size - off)) : 0;
	for (int64_t i = 0; i < len; i++) {
		if (i && form != 'N')
			text_char(r->out, delim);
		text_byte(r->out, r->raw[off + i], false);
	}
}

static void print_address(const struct tpraw *r, uint64_t addr)
{
	text_add(r->out, "0x", 2);
	text_hex(r->out, addr, 0, 0);
}

/* %pS and %pF: with the distance from its start. */
static void print_function(const struct tpraw *r, char form, uint64_t addr)
{
	const char *name = NULL;
	uint64_t start;
	uint32_t len;

	if (r->resolve)
		name = r->resolve(r->resolve_arg, addr, &len, &start);
	if (!name)
		return print_address(r, addr);
	text_add(r->out, name, len);
	if (form == 'S' || form == 'F') {
		text_char(r->out, '+');
		print_address(r, addr - start);
	}
}

void tpptr_print(const struct tpraw *r, const struct tpconv *c)
{
	struct ext e = { c->text, c->len };
	uint64_t addr;

	switch (peek(&e, 0)) {
	case 'F':
	case 'f':
	case 'S':
	case 's':
		return print_function(r, peek(&e, 0), tpnumber(r, c->arg));
	case 'M':
	case 'm':
		return print_mac(r, e, c->arg);
	case 'I':
	case 'i':
		return print_ip(r, e, c->arg);
	case 'U':
		return print_uuid(r, e, c->arg);
	case 'h':
		return print_bytes(r, c, e);
	default:
		addr = tpnumber(r, c->arg);
		if (!addr)
			return text_str(r->out, "(nil)"); /* as glibc's printf() */
		return print_address(r, addr);
	}
}
