/* define.c - tells a script which numbers of an event have names. */
#include "common/tpvalue.h"
#include "report/python/py.h"

#include <ctype.h>

struct definition {
	struct definer *definer;
	PyObject *event_name;
	bool failed;
};

/* Calls the script's function @name, if it has one, with @args, which is consumed. */
static void call(struct definition *d, const char *name, PyObject *args)
{
	PyObject *f = d->failed ? NULL : PyDict_GetItemString(d->definer->globals, name), *result;

	if (!args) {
		d->failed = true;
		return;
	}
	if (f && PyCallable_Check(f)) {
		Py_INCREF(f);
		result = PyObject_CallObject(f, args);
		d->failed = !result;
		Py_XDECREF(result);
		Py_DECREF(f);
	}
	Py_DECREF(args);
}

/*
 * The number of a value's text. Names of the kernel's enums come as they are written; perf knows
 * a few, and takes 0 for all others.
 */
static unsigned long long value_number(const char *text)
{
	if (isdigit((unsigned char)*text))
		return strtoull(text, NULL, 0);
	return MAX(tpvalue_text(text), 0);
}

static void on_field(void *arg, const char *name)
{
	struct definition *d = arg;

	d->definer->field = name;
}

static void on_flags(void *arg, const char *delim)
{
	struct definition *d = arg;

	if (d->definer->field)
		call(d, "define_flag_field",
		     Py_BuildValue("(Oss)", d->event_name, d->definer->field, delim));
}

static void on_symbols(void *arg)
{
	struct definition *d = arg;

	if (d->definer->field)
		call(d, "define_symbolic_field",
		     Py_BuildValue("(Os)", d->event_name, d->definer->field));
}

static void on_value(void *arg, int is_flag, const char *value, const char *name)
{
	struct definition *d = arg;

	if (d->definer->field)
		call(d, is_flag ? "define_flag_value" : "define_symbolic_value",
		     Py_BuildValue("(OsKs)", d->event_name, d->definer->field, value_number(value),
				   name));
}

int definer_run(struct definer *definer, const struct tp_format *tp, PyObject *event_name)
{
	static const struct tp_print_visitor visitor = { on_field, on_flags, on_symbols, on_value };
	struct definition d = { .definer = definer, .event_name = event_name };

	tp_walk_print(tp, &visitor, &d);
	return d.failed ? -1 : 0;
}
