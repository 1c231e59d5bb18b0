/*
 * sampledict.c - perf_sample_dict: everything about a sample that is no field of its event.
 *
 * A real dict, with perf 6.1's keys in perf's order, but for those that need symbols (dso, symbol
 * and the like). What is the same for all samples of an event is copied from two templates.
 */
#include "report/python/py.h"

/* No memory access was sampled: what PERF_SAMPLE_DATA_SRC says then. */
#define NO_DATASRC	84410401
#define NO_DATASRC_TEXT "|OP N/A|LVL N/A|SNP N/A|TLB N/A|LCK N/A|BLK  N/A"

static const char *const key_names[] = {
	[KEY_EV_NAME] = "ev_name",
	[KEY_ATTR] = "attr",
	[KEY_SAMPLE] = "sample",
	[KEY_RAW_BUF] = "raw_buf",
	[KEY_COMM] = "comm",
	[KEY_CALLCHAIN] = "callchain",
	[KEY_BRSTACK] = "brstack",
	[KEY_BRSTACKSYM] = "brstacksym",
	[KEY_IREGS] = "iregs",
	[KEY_UREGS] = "uregs",
	[KEY_PID] = "pid",
	[KEY_TID] = "tid",
	[KEY_CPU] = "cpu",
	[KEY_IP] = "ip",
	[KEY_TIME] = "time",
	[KEY_PERIOD] = "period",
	[KEY_PHYS_ADDR] = "phys_addr",
	[KEY_ADDR] = "addr",
	[KEY_TIME_ENABLED] = "time_enabled",
	[KEY_TIME_RUNNING] = "time_running",
	[KEY_VALUES] = "values",
	[KEY_WEIGHT] = "weight",
	[KEY_TRANSACTION] = "transaction",
	[KEY_DATASRC] = "datasrc",
	[KEY_DATASRC_DECODE] = "datasrc_decode",
	[KEY_CPUMODE] = "cpumode",
	[KEY_HOST] = "host",
};

/* Takes @value. */
static int put(const struct sample_dict *d, PyObject *dict, enum sample_key key, PyObject *value)
{
	int rc = value ? PyDict_SetItem(dict, d->keys[key], value) : -1;

	Py_XDECREF(value);
	return rc;
}

static int put_u64(const struct sample_dict *d, PyObject *dict, enum sample_key key, uint64_t v)
{
	return put(d, dict, key, PyLong_FromUnsignedLongLong(v));
}

/* A value that stays, or for one that changes with every sample, its place. */
static int put_template(const struct sample_dict *d, PyObject *dict, enum sample_key key)
{
	switch (key) {
	case KEY_DATASRC:
		return put_u64(d, dict, key, NO_DATASRC);
	case KEY_DATASRC_DECODE:
		return put(d, dict, key, PyUnicode_FromString(NO_DATASRC_TEXT));
	case KEY_IREGS:
	case KEY_UREGS:
		return put(d, dict, key, PyUnicode_FromString(""));
	default:
		return put_u64(d, dict, key, 0);
	}
}

/* perf prints the lost count of a file that has none as <NULL>. */
static PyObject *no_count(void)
{
	PyObject *globals = PyDict_New(), *o = NULL;

	if (globals && !PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()))
		o = PyRun_String("type('NULL', (), {'__repr__': lambda self: '<NULL>'})()",
				 Py_eval_input, globals, globals);
	Py_XDECREF(globals);
	return o;
}

/* (id, value, lost) of a counter that was not read with the sample. */
static PyObject *counter_values(const struct perf_event_attr *attr)
{
	PyObject *lost = attr->read_format & PERF_FORMAT_LOST ? PyLong_FromLong(0) : no_count();

	return lost ? Py_BuildValue("(iiN)", 0, 0, lost) : NULL;
}

static bool has_key(const struct perf_event_attr *attr, enum sample_key key)
{
	if (key == KEY_TIME_ENABLED)
		return attr->read_format & PERF_FORMAT_TOTAL_TIME_ENABLED;
	if (key == KEY_TIME_RUNNING)
		return attr->read_format & PERF_FORMAT_TOTAL_TIME_RUNNING;
	return true;
}

static PyObject *new_template(const struct sample_dict *d, const struct perf_event_attr *attr,
			      enum sample_key first, enum sample_key last)
{
	PyObject *dict = PyDict_New();

	for (enum sample_key key = first; dict && key <= last; key++)
		if (has_key(attr, key) && put_template(d, dict, key))
			Py_CLEAR(dict);
	return dict;
}

static int put_event(const struct sample_dict *d, const struct event *event)
{
	/* perf gives its own structure, which has had this size since 5.16, whatever the file's. */
	size_t size = MIN(MAX(event->attr_size, PERF_ATTR_SIZE_VER7), sizeof(event->attr));

	return put(d, d->outer, KEY_EV_NAME,
		   PyUnicode_DecodeUTF8(event->name, strlen(event->name), "surrogateescape")) ||
			       put(d, d->outer, KEY_ATTR,
				   PyBytes_FromStringAndSize((const char *)&event->attr, size))
		       ? -1
		       : 0;
}

static int put_host(const struct sample_dict *d, const char *host)
{
	return put(d, d->outer, KEY_HOST,
		   PyUnicode_DecodeUTF8(host, strlen(host), "surrogateescape"));
}

int sample_dict_init(struct sample_dict *d, const struct session *s, const struct event *event)
{
	*d = (struct sample_dict){ 0 };
	for (int i = 0; i < NR_SAMPLE_KEYS; i++) {
		d->keys[i] = PyUnicode_InternFromString(key_names[i]);
		if (!d->keys[i])
			return -1;
	}
	d->outer = new_template(d, &event->attr, KEY_EV_NAME, KEY_UREGS);
	d->inner = new_template(d, &event->attr, KEY_PID, KEY_CPUMODE);
	if (!d->outer || !d->inner || put_event(d, event) || (s->host && put_host(d, s->host)))
		return -1;
	/* A group that is not read has no values at all. */
	if (event->attr.read_format & PERF_FORMAT_GROUP)
		return 0;
	d->values = counter_values(&event->attr);
	return d->values ? 0 : -1;
}

void sample_dict_release(struct sample_dict *d)
{
	Py_CLEAR(d->outer);
	Py_CLEAR(d->inner);
	Py_CLEAR(d->values);
	for (int i = 0; i < NR_SAMPLE_KEYS; i++)
		Py_CLEAR(d->keys[i]);
}

static PyObject *values_list(const struct sample_dict *d)
{
	PyObject *list = PyList_New(d->values ? 1 : 0);

	if (list && d->values)
		PyList_SET_ITEM(list, 0, Py_NewRef(d->values));
	return list;
}

static PyObject *inner_new(const struct sample_dict *d, const struct sample *s)
{
	PyObject *dict = PyDict_Copy(d->inner);

	if (!dict || put_u64(d, dict, KEY_PID, s->pid) || put_u64(d, dict, KEY_TID, s->tid) ||
	    put_u64(d, dict, KEY_CPU, s->cpu) || put_u64(d, dict, KEY_IP, s->ip) ||
	    put_u64(d, dict, KEY_TIME, s->time) || put_u64(d, dict, KEY_PERIOD, s->period) ||
	    put_u64(d, dict, KEY_ADDR, s->addr) || put(d, dict, KEY_VALUES, values_list(d)) ||
	    put_u64(d, dict, KEY_CPUMODE, s->misc & PERF_RECORD_MISC_CPUMODE_MASK))
		Py_CLEAR(dict);
	return dict;
}

PyObject *sample_dict_new(const struct sample_dict *d, const struct ordered_sample *os,
			  PyObject *comm, PyObject *callchain)
{
	const struct sample *s = &os->sample;
	PyObject *dict = PyDict_Copy(d->outer);

	if (!dict || put(d, dict, KEY_SAMPLE, inner_new(d, s)) ||
	    put(d, dict, KEY_RAW_BUF,
		PyBytes_FromStringAndSize(s->raw, s->raw ? s->raw_size : 0)) ||
	    put(d, dict, KEY_COMM, Py_NewRef(comm)) ||
	    put(d, dict, KEY_CALLCHAIN, Py_NewRef(callchain)) ||
	    put(d, dict, KEY_BRSTACK, PyList_New(0)) || put(d, dict, KEY_BRSTACKSYM, PyList_New(0)))
		Py_CLEAR(dict);
	return dict;
}
