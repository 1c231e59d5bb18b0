/* decode.c - the fields of an event as Python objects, the way perf's scripts know them. */
#include "report/python/py.h"

/* Signed numbers of less than 8 bytes arrive unsigned: perf's scripts have learnt to live with it. */
static enum field_kind field_kind(const struct tp_field *f)
{
	if (f->flags & TP_ARRAY)
		return FIELD_BYTES;
	switch (f->size) {
	case 1:
		return FIELD_U8;
	case 2:
		return FIELD_U16;
	case 4:
		return FIELD_U32;
	case 8:
		return f->flags & TP_SIGNED ? FIELD_S64 : FIELD_U64;
	default:
		return FIELD_ZERO;
	}
}

static int field_init(struct field_decoder *fd, const struct tp_field *f)
{
	fd->kind = field_kind(f);
	fd->offset = f->offset;
	fd->size = f->size;
	fd->flags = f->flags;
	fd->key = PyUnicode_InternFromString(f->name);
	return fd->key ? 0 : -1;
}

int decoder_init(struct decoder *d, const struct tp_format *tp)
{
	const struct tp_field *pid = tp_find_field(tp, "common_pid");

	*d = (struct decoder){ .pid_offset = ~0u };
	if (pid && pid->size == 4) {
		d->pid_offset = pid->offset;
		d->need = pid->offset + 4;
	}
	d->fields = PyMem_Calloc(tp->nr_fields + 1, sizeof(*d->fields));
	if (!d->fields) {
		PyErr_NoMemory();
		return -1;
	}
	for (uint32_t i = 0; i < tp->nr_fields; i++) {
		d->nr++;
		if (field_init(&d->fields[i], &tp->fields[i]))
			return -1;
		d->need = MAX(d->need, tp->fields[i].offset + tp->fields[i].size);
	}
	return 0;
}

void decoder_release(struct decoder *d)
{
	for (uint32_t i = 0; i < d->nr; i++) {
		Py_CLEAR(d->fields[i].key);
		Py_CLEAR(d->fields[i].spare);
	}
	PyMem_Free(d->fields);
	*d = (struct decoder){ 0 };
}

/* What the kernel's ctype table, which perf asks, calls printable or space. */
static bool is_printable(unsigned char c)
{
	return (c >= ' ' && c <= '~') || c >= 0xa0 || (c >= '\t' && c <= '\r');
}

/* *@len: out: of the text in front of the NUL. */
static bool is_text(const char *s, uint32_t size, uint32_t *len)
{
	uint32_t i = 0;

	if (!size || s[size - 1])
		return false;
	while (s[i])
		if (!is_printable(s[i++]))
			return false;
	*len = i;
	return true;
}

static PyObject *keep(struct field_decoder *fd, PyObject *o)
{
	if (o)
		Py_XSETREF(fd->spare, Py_NewRef(o));
	return o;
}

/* Fields like comm repeat: the last text is compared before a new object is made. */
static PyObject *text_object(struct field_decoder *fd, const char *s, uint32_t len)
{
	PyObject *o = fd->spare;

	if (o && PyUnicode_IS_ASCII(o) && (uint32_t)PyUnicode_GET_LENGTH(o) == len &&
	    !memcmp(PyUnicode_1BYTE_DATA(o), s, len))
		return Py_NewRef(o);
	return keep(fd, PyUnicode_DecodeUTF8(s, len, "surrogateescape"));
}

static PyObject *bytes_object(struct field_decoder *fd, const char *s, uint32_t size)
{
	PyObject *o = fd->spare;

	if (o && Py_REFCNT(o) == 1 && PyByteArray_GET_SIZE(o) == size) {
		memcpy(PyByteArray_AS_STRING(o), s, size);
		return Py_NewRef(o);
	}
	return keep(fd, PyByteArray_FromStringAndSize(s, size));
}

/* Once a value was no text, none will be: perf forgets that the field was a string. */
static PyObject *array_object(struct field_decoder *fd, const char *s, uint32_t size)
{
	uint32_t len;

	if (fd->flags & TP_STRING) {
		if (is_text(s, size, &len))
			return text_object(fd, s, len);
		fd->flags &= ~TP_STRING;
		Py_CLEAR(fd->spare);
	}
	return bytes_object(fd, s, size);
}

/* The field says where its bytes are; what would lie outside of the sample is left out. */
static PyObject *dynamic_object(struct field_decoder *fd, const char *raw, uint32_t raw_size)
{
	uint32_t place = fd->size == 2 ? load_u16(raw + fd->offset) : 0, offset, size;

	if (fd->size == 4)
		place = load_u32(raw + fd->offset);
	offset = place & 0xffff;
	size = place >> 16;
	if (fd->flags & TP_RELATIVE)
		offset += fd->offset + fd->size;
	offset = MIN(offset, raw_size);
	return array_object(fd, raw + offset, MIN(size, raw_size - offset));
}

static PyObject *field_object(struct field_decoder *fd, const char *raw, uint32_t raw_size)
{
	const char *at = raw + fd->offset;

	switch (fd->kind) {
	case FIELD_U8:
		return PyLong_FromLong(*(const uint8_t *)at);
	case FIELD_U16:
		return PyLong_FromLong(load_u16(at));
	case FIELD_U32:
		return PyLong_FromUnsignedLong(load_u32(at));
	case FIELD_U64:
		return PyLong_FromUnsignedLongLong(load_u64(at));
	case FIELD_S64:
		return PyLong_FromLongLong((int64_t)load_u64(at));
	case FIELD_ZERO:
		return PyLong_FromLong(0);
	case FIELD_BYTES:
		break;
	}
	if (fd->flags & TP_DYNAMIC)
		return dynamic_object(fd, raw, raw_size);
	return array_object(fd, at, fd->size);
}

int decoder_run(struct decoder *d, const void *raw, uint32_t raw_size, PyObject **out)
{
	for (uint32_t i = 0; i < d->nr; i++) {
		out[i] = field_object(&d->fields[i], raw, raw_size);
		if (!out[i]) {
			while (i--)
				Py_CLEAR(out[i]);
			return -1;
		}
	}
	return 0;
}
