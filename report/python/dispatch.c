/*
 * dispatch.c - finds the function for an event and calls it.
 *
 * What can be prepared is: the name of the handler, the places of the fields, the number of
 * parameters. Left for an event are a look-up of the handler, which scripts may exchange at run
 * time, the objects that it is given, and the call.
 */
#include "report/python/py.h"

#include <inttypes.h>

/* The arguments in front of the fields. */
enum {
	ARG_EVENT,
	ARG_CONTEXT,
	ARG_CPU,
	ARG_SECS,
	ARG_NSECS,
	ARG_PID,
	ARG_COMM,
	ARG_CALLCHAIN,
	NR_COMMON_ARGS
};

/* The parameters of the function that was called last: as long as its code is the same. */
struct callee {
	PyObject *code; /* owned; NULL: none yet */
	long argcount;
	bool reads_last; /* the last parameter is used, or it cannot be told */
};

/* What is known of an event of the file. */
struct slot {
	bool ready;
	PyObject *name; /* "SYSTEM__EVENT", interned */
	struct decoder decoder;
	struct sample_dict dict;
	bool has_dict; /* dict is filled, at the first use */
	struct callee handler, unhandled;
	PyObject **args; /* room for all arguments and, in front, one for the interpreter */
};

/* Numbers that come again: seconds, thread ids. */
struct number {
	int64_t value;
	PyObject *object;
};

#define NR_PIDS 256

/* What is known of one of the files. */
struct file_slots {
	struct slot **slots; /* by index of the event */
	uint32_t nr_slots;
	PyObject **comms; /* by comm id */
	uint32_t nr_comms;
};

struct dispatcher {
	PyObject *globals;		/* the script's */
	struct script_context *context; /* owned by capsule, which a script may keep */
	PyObject *capsule;
	struct definer definer;
	struct file_slots *files; /* by session.idx */
	uint32_t nr_files;
	struct number secs, pids[NR_PIDS];
	PyObject *callchain;	   /* an empty list, used again when nobody kept it */
	PyObject *unread;	   /* stands for a perf_sample_dict that nobody looks at */
	PyObject *reads_parameter; /* function of reads.py */
	PyObject *trace_unhandled, *process_event, *ip_key; /* names, interned */
	PyObject *field_keys[NR_COMMON_ARGS]; /* of event_fields_dict; NULL: not in it */
};

static const char *const field_key_names[NR_COMMON_ARGS] = {
	[ARG_CPU] = "common_cpu", [ARG_SECS] = "common_s",    [ARG_NSECS] = "common_ns",
	[ARG_PID] = "common_pid", [ARG_COMM] = "common_comm", [ARG_CALLCHAIN] = "common_callchain",
};

/*
 * Does the function with this code read its last parameter? Building a perf_sample_dict takes
 * longer than most handlers run. Whoever looks at his variables in another way gets it, too.
 */
static const char reads_source[] =
	"import dis\n"
	"def reads(code):\n"
	"    name = code.co_varnames[code.co_argcount - 1]\n"
	"    if name in code.co_cellvars or {'locals', 'vars', 'eval', 'exec', 'dir', 'sys',\n"
	"            'inspect', '_getframe', 'breakpoint', 'pdb'}.intersection(code.co_names):\n"
	"        return True\n"
	"    return any(name == i.argval or isinstance(i.argval, tuple) and name in i.argval\n"
	"               for i in dis.get_instructions(code))\n";

static PyObject *new_reads_parameter(void)
{
	PyObject *globals = PyDict_New(), *result = NULL, *f = NULL;

	if (globals && !PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()))
		result = PyRun_String(reads_source, Py_file_input, globals, globals);
	if (result)
		f = Py_XNewRef(PyDict_GetItemString(globals, "reads"));
	Py_XDECREF(result);
	Py_XDECREF(globals);
	return f;
}

static int init_names(struct dispatcher *d)
{
	d->trace_unhandled = PyUnicode_InternFromString("trace_unhandled");
	d->process_event = PyUnicode_InternFromString("process_event");
	d->ip_key = PyUnicode_InternFromString("ip");
	if (!d->trace_unhandled || !d->process_event || !d->ip_key)
		return -1;
	for (int i = 0; i < NR_COMMON_ARGS; i++) {
		if (!field_key_names[i])
			continue;
		d->field_keys[i] = PyUnicode_InternFromString(field_key_names[i]);
		if (!d->field_keys[i])
			return -1;
	}
	return 0;
}

static void context_free(PyObject *capsule)
{
	PyMem_Free(PyCapsule_GetPointer(capsule, NULL));
}

static int init_context(struct dispatcher *d)
{
	d->context = PyMem_Calloc(1, sizeof(*d->context));
	if (!d->context) {
		PyErr_NoMemory();
		return -1;
	}
	d->capsule = PyCapsule_New(d->context, NULL, context_free);
	if (!d->capsule)
		PyMem_Free(d->context);
	return d->capsule ? 0 : -1;
}

struct dispatcher *dispatcher_new(PyObject *globals, uint32_t nr)
{
	struct dispatcher *d = PyMem_Calloc(1, sizeof(*d));
	struct file_slots *files = PyMem_Calloc(nr, sizeof(*files));

	if (!d || !files) {
		PyMem_Free(d);
		PyMem_Free(files);
		PyErr_NoMemory();
		return NULL;
	}
	d->files = files;
	d->nr_files = nr;
	d->globals = Py_NewRef(globals);
	d->definer.globals = globals;
	d->unread = PyDict_New();
	if (!d->unread || init_context(d) || init_names(d)) {
		dispatcher_free(d);
		return NULL;
	}
	return d;
}

static void slot_free(struct slot *s)
{
	if (!s)
		return;
	decoder_release(&s->decoder);
	if (s->has_dict)
		sample_dict_release(&s->dict);
	Py_XDECREF(s->handler.code);
	Py_XDECREF(s->unhandled.code);
	Py_XDECREF(s->name);
	PyMem_Free(s->args);
	PyMem_Free(s);
}

static void release_file(struct file_slots *f)
{
	for (uint32_t i = 0; i < f->nr_slots; i++)
		slot_free(f->slots[i]);
	for (uint32_t i = 0; i < f->nr_comms; i++)
		Py_XDECREF(f->comms[i]);
	PyMem_Free(f->slots);
	PyMem_Free(f->comms);
}

void dispatcher_rest(struct dispatcher *d)
{
	if (d->capsule)
		d->context->tp = NULL;
}

void dispatcher_free(struct dispatcher *d)
{
	if (!d)
		return;
	for (uint32_t i = 0; i < d->nr_files; i++)
		release_file(&d->files[i]);
	PyMem_Free(d->files);
	for (int i = 0; i < NR_PIDS; i++)
		Py_XDECREF(d->pids[i].object);
	for (int i = 0; i < NR_COMMON_ARGS; i++)
		Py_XDECREF(d->field_keys[i]);
	Py_XDECREF(d->secs.object);
	Py_XDECREF(d->callchain);
	Py_XDECREF(d->unread);
	Py_XDECREF(d->reads_parameter);
	Py_XDECREF(d->trace_unhandled);
	Py_XDECREF(d->process_event);
	dispatcher_rest(d);
	Py_XDECREF(d->capsule);
	Py_XDECREF(d->ip_key);
	Py_DECREF(d->globals);
	PyMem_Free(d);
}

PyObject *dispatcher_context(const struct dispatcher *d)
{
	return d->capsule;
}

/* ---- what is known of an event ---- */

/* Finds @e's slot, a new and empty one if need be. */
static struct slot *get_slot(struct file_slots *f, const struct event *e)
{
	uint32_t nr = e->idx + 1;

	if (nr > f->nr_slots) {
		struct slot **slots = PyMem_Realloc(f->slots, nr * sizeof(*slots));

		if (!slots)
			return NULL;
		memset(slots + f->nr_slots, 0, (nr - f->nr_slots) * sizeof(*slots));
		f->slots = slots;
		f->nr_slots = nr;
	}
	if (!f->slots[e->idx])
		f->slots[e->idx] = PyMem_Calloc(1, sizeof(struct slot));
	return f->slots[e->idx];
}

/* The first event of its kind: the script is told of its flags and symbols now. */
static int slot_prepare(struct dispatcher *d, struct slot *s, const struct tp_format *tp)
{
	PyObject *name = PyUnicode_FromFormat("%s__%s", tp->system, tp->name);

	if (!name)
		return -1;
	PyUnicode_InternInPlace(&name);
	s->name = name;
	s->args = PyMem_Calloc(1 + NR_COMMON_ARGS + tp->nr_fields + 1, sizeof(*s->args));
	if (!s->args) {
		PyErr_NoMemory();
		return -1;
	}
	if (decoder_init(&s->decoder, tp) || definer_run(&d->definer, tp, s->name))
		return -1;
	s->ready = true;
	return 0;
}

static PyObject *sample_dict(struct slot *s, const struct ordered_sample *os, PyObject *comm,
			     PyObject *callchain)
{
	if (!s->has_dict) {
		s->has_dict = true;
		if (sample_dict_init(&s->dict, os->session, os->event))
			return NULL;
	}
	return sample_dict_new(&s->dict, os, comm, callchain);
}

/* ---- the arguments ---- */

static PyObject *number_object(struct number *n, int64_t value)
{
	if (!n->object || n->value != value) {
		PyObject *o = PyLong_FromLongLong(value);

		if (!o)
			return NULL;
		Py_XSETREF(n->object, o);
		n->value = value;
	}
	return Py_NewRef(n->object);
}

/* The thread that the event's own bytes name, which is not always the one that was sampled. */
static PyObject *pid_object(struct dispatcher *d, const struct decoder *dec, const char *raw)
{
	int32_t pid = dec->pid_offset == ~0u ? 0 : (int32_t)load_u32(raw + dec->pid_offset);

	return number_object(&d->pids[(uint32_t)pid % NR_PIDS], pid);
}

static PyObject *comm_object(struct dispatcher *d, const struct ordered_sample *os)
{
	struct file_slots *f = &d->files[os->session->idx];
	uint32_t id = os->comm_id;

	if (id >= f->nr_comms) {
		uint32_t nr = MAX(id + 1, f->nr_comms * 2);
		PyObject **comms = PyMem_Realloc(f->comms, nr * sizeof(*comms));

		if (!comms)
			return PyErr_NoMemory();
		memset(comms + f->nr_comms, 0, (nr - f->nr_comms) * sizeof(*comms));
		f->comms = comms;
		f->nr_comms = nr;
	}
	if (!f->comms[id])
		f->comms[id] = PyUnicode_DecodeUTF8(os->comm, strlen(os->comm), "surrogateescape");
	return Py_XNewRef(f->comms[id]);
}

static int add_frame(struct dispatcher *d, PyObject *list, uint64_t ip)
{
	PyObject *frame = PyDict_New(), *address = PyLong_FromUnsignedLongLong(ip);
	int rc = frame && address && !PyDict_SetItem(frame, d->ip_key, address)
			 ? PyList_Append(list, frame)
			 : -1;

	Py_XDECREF(frame);
	Py_XDECREF(address);
	return rc;
}

static PyObject *callchain_object(struct dispatcher *d, const struct sample *s)
{
	PyObject *list = d->callchain;

	if (list && Py_REFCNT(list) == 1 && !PyList_GET_SIZE(list)) {
		Py_INCREF(list);
	} else {
		list = PyList_New(0);
		if (!list)
			return NULL;
		Py_XSETREF(d->callchain, Py_NewRef(list));
	}
	for (uint64_t i = 0; s->callchain && i < s->nr_callchain; i++) {
		/* Values that high are marks between kernel's and user's part. */
		if (s->callchain[i] < PERF_CONTEXT_MAX && add_frame(d, list, s->callchain[i])) {
			Py_DECREF(list);
			return NULL;
		}
	}
	return list;
}

static void release_args(PyObject **args, size_t nr)
{
	while (nr--)
		Py_CLEAR(args[nr]);
}

/* Fills @args[0..NR_COMMON_ARGS). */
static int common_args(struct dispatcher *d, const struct slot *slot,
		       const struct ordered_sample *os, PyObject **args)
{
	const struct sample *s = &os->sample;

	args[ARG_EVENT] = Py_NewRef(slot->name);
	args[ARG_CONTEXT] = Py_NewRef(d->capsule);
	args[ARG_CPU] = PyLong_FromLong((int32_t)s->cpu);
	args[ARG_SECS] = number_object(&d->secs, s->time / 1000000000);
	args[ARG_NSECS] = PyLong_FromLong(s->time % 1000000000);
	args[ARG_PID] = pid_object(d, &slot->decoder, s->raw);
	args[ARG_COMM] = comm_object(d, os);
	args[ARG_CALLCHAIN] = callchain_object(d, s);
	for (int i = 0; i < NR_COMMON_ARGS; i++) {
		if (!args[i]) {
			release_args(args, NR_COMMON_ARGS);
			return -1;
		}
	}
	return 0;
}

/* All arguments but perf_sample_dict. */
static int all_args(struct dispatcher *d, struct slot *slot, const struct ordered_sample *os,
		    PyObject **args)
{
	if (common_args(d, slot, os, args))
		return -1;
	if (!decoder_run(&slot->decoder, os->sample.raw, os->sample.raw_size,
			 args + NR_COMMON_ARGS))
		return 0;
	release_args(args, NR_COMMON_ARGS);
	return -1;
}

/* ---- the call ---- */

/* Does the function with @code look at its last parameter? When that cannot be told: yes. */
static bool reads_last(struct dispatcher *d, PyObject *code)
{
	PyObject *result = NULL;
	bool reads = true;

	if (!d->reads_parameter)
		d->reads_parameter = new_reads_parameter();
	if (d->reads_parameter)
		result = PyObject_CallOneArg(d->reads_parameter, code);
	if (result)
		reads = result != Py_False;
	PyErr_Clear();
	Py_XDECREF(result);
	return reads;
}

static long code_argcount(PyObject *code)
{
	PyObject *count = PyObject_GetAttrString(code, "co_argcount");
	long n = count ? PyLong_AsLong(count) : 0;

	PyErr_Clear();
	Py_XDECREF(count);
	return n;
}

/*
 * Learns about @f, which is called with @nr arguments. perf's rule: a function with one parameter
 * more than there are arguments gets the perf_sample_dict, everything else does not.
 */
static void callee_update(struct dispatcher *d, struct callee *c, PyObject *f, size_t nr)
{
	PyObject *code;

	if (likely(PyFunction_Check(f) && PyFunction_GET_CODE(f) == c->code))
		return;
	code = PyObject_GetAttrString(f, "__code__");
	PyErr_Clear();
	if (code && code == c->code) {
		Py_DECREF(code);
		return;
	}
	Py_XSETREF(c->code, code);
	c->argcount = code ? code_argcount(code) : 0;
	c->reads_last = (size_t)c->argcount == nr + 1 && reads_last(d, code);
}

/* Calls @f with @args[0..nr), which are consumed, and perf_sample_dict if it wants that. */
static int call(struct dispatcher *d, struct slot *slot, struct callee *c, PyObject *f,
		PyObject **args, size_t nr, const struct ordered_sample *os, PyObject *comm,
		PyObject *callchain)
{
	PyObject *result = NULL;
	size_t nr_args = nr;

	callee_update(d, c, f, nr);
	if ((size_t)c->argcount == nr + 1) {
		args[nr] = c->reads_last ? sample_dict(slot, os, comm, callchain)
					 : Py_NewRef(d->unread);
		nr_args++;
	}
	if (nr_args == nr || args[nr])
		result = PyObject_Vectorcall(f, args, nr_args | PY_VECTORCALL_ARGUMENTS_OFFSET,
					     NULL);
	release_args(args, nr_args);
	Py_XDECREF(result);
	return result ? 0 : -1;
}

static int call_handler(struct dispatcher *d, struct slot *slot, PyObject *f,
			const struct ordered_sample *os)
{
	PyObject **args = slot->args + 1;
	size_t nr = NR_COMMON_ARGS + slot->decoder.nr;

	if (all_args(d, slot, os, args))
		return -1;
	return call(d, slot, &slot->handler, f, args, nr, os, args[ARG_COMM], args[ARG_CALLCHAIN]);
}

/* event_fields_dict of @args. */
static PyObject *fields_dict(const struct dispatcher *d, const struct slot *slot, PyObject **args)
{
	PyObject *dict = PyDict_New();

	for (int i = 0; dict && i < NR_COMMON_ARGS; i++)
		if (d->field_keys[i] && PyDict_SetItem(dict, d->field_keys[i], args[i]))
			Py_CLEAR(dict);
	for (uint32_t i = 0; dict && i < slot->decoder.nr; i++)
		if (PyDict_SetItem(dict, slot->decoder.fields[i].key, args[NR_COMMON_ARGS + i]))
			Py_CLEAR(dict);
	return dict;
}

static int call_unhandled(struct dispatcher *d, struct slot *slot, PyObject *f,
			  const struct ordered_sample *os)
{
	PyObject **args = slot->args + 1, *unhandled[5], *comm, *callchain;
	int rc = -1;

	if (all_args(d, slot, os, args))
		return -1;
	comm = Py_NewRef(args[ARG_COMM]);
	callchain = Py_NewRef(args[ARG_CALLCHAIN]);
	unhandled[1] = Py_NewRef(args[ARG_EVENT]);
	unhandled[2] = Py_NewRef(args[ARG_CONTEXT]);
	unhandled[3] = fields_dict(d, slot, args);
	release_args(args, NR_COMMON_ARGS + slot->decoder.nr);
	if (unhandled[3])
		rc = call(d, slot, &slot->unhandled, f, unhandled + 1, 3, os, comm, callchain);
	else
		release_args(unhandled + 1, 2);
	Py_DECREF(comm);
	Py_DECREF(callchain);
	return rc;
}

/* The script's function @name: a new reference, since it may be exchanged while it runs. */
static PyObject *find_function(const struct dispatcher *d, PyObject *name)
{
	PyObject *f = PyDict_GetItemWithError(d->globals, name);

	return f && (PyFunction_Check(f) || PyCallable_Check(f)) ? Py_NewRef(f) : NULL;
}

static int add_tracepoint(struct dispatcher *d, struct session *s, struct slot *slot,
			  const struct ordered_sample *os)
{
	PyObject *f;
	int rc = 0;

	if (unlikely(!slot->ready) && slot_prepare(d, slot, os->event->tp))
		return -1;
	if (unlikely(!os->sample.raw || os->sample.raw_size < slot->decoder.need)) {
		s->nr_malformed++;
		return 0;
	}
	d->context->tp = os->event->tp;
	d->context->raw = os->sample.raw;
	d->context->raw_size = os->sample.raw_size;
	f = find_function(d, slot->name);
	if (f) {
		rc = call_handler(d, slot, f, os);
	} else if ((f = find_function(d, d->trace_unhandled))) {
		rc = call_unhandled(d, slot, f, os);
	}
	Py_XDECREF(f);
	return rc;
}

/* process_event() gets everything that is no tracepoint. */
static int add_other(struct dispatcher *d, struct slot *slot, const struct ordered_sample *os)
{
	PyObject *f = find_function(d, d->process_event), *comm, *callchain, *dict, *result = NULL;

	if (!f)
		return 0;
	d->context->tp = NULL;
	comm = comm_object(d, os);
	callchain = callchain_object(d, &os->sample);
	dict = comm && callchain ? sample_dict(slot, os, comm, callchain) : NULL;
	if (dict)
		result = PyObject_CallOneArg(f, dict);
	Py_XDECREF(dict);
	Py_XDECREF(callchain);
	Py_XDECREF(comm);
	Py_XDECREF(result);
	Py_DECREF(f);
	return result ? 0 : -1;
}

int dispatcher_add(struct dispatcher *d, struct session *s, const struct ordered_sample *os,
		   struct err *err)
{
	const struct event *e = os->event;
	struct slot *slot = get_slot(&d->files[s->idx], e);

	if (!slot)
		return fail_mem(err);
	if (e->attr.type != PERF_TYPE_TRACEPOINT)
		return add_other(d, slot, os);
	if (!e->tp)
		return fail(err, ERR_DATA,
			    "%s: has no description of tracepoint %" PRIu64
			    " (%s), so a script cannot be given its fields",
			    s->file.path, (uint64_t)e->attr.config, e->name);
	return add_tracepoint(d, s, slot, os);
}
