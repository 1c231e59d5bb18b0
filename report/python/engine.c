/* engine.c - starts Python, runs a script from its first line to trace_end(), ends Python. */
#include "report/python/py.h"
#include "common/io.h"
#include "report/python/engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#define SCRIPT_MAX	  (64u << 20) /* bytes */
#define STATUS_EXCEPTION  1
#define STATUS_INTERRUPT  130 /* 128 + SIGINT, as a shell reports it */
#define STATUS_CLOSED_OUT 141 /* 128 + SIGPIPE */

struct engine {
	struct consumer consumer; /* first: the session hands it back */
	struct dispatcher *dispatcher;
	PyObject *globals; /* of __main__; borrowed */
	int status;
	bool ended; /* the script is over before its time: an exception, or sys.exit() */
};

/*
 * Set while events are handled: Ctrl-C ends that, and trace_end() still runs. At the end of a pipe
 * the first one is the recorder's: it has heard of it, too, and its last events are on the way.
 */
static bool *stop_flag;
static volatile sig_atomic_t interrupts_left;

static void on_interrupt(int sig)
{
	(void)sig;
	if (stop_flag && !interrupts_left--)
		*stop_flag = true;
}

/* ---- exceptions ---- */

/* Nobody reads stdout any more, as in `ana -s x.py | head`: no reason for a traceback. */
static bool stdout_is_closed(void)
{
	struct pollfd fd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&fd, 1, 0) == 1 && fd.revents & (POLLERR | POLLNVAL);
}

/* What Python still holds for stdout shall not end in a second error at exit. */
static void drop_stdout(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDOUT_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* sys.exit(code): None is 0, a number is itself, anything else is a message. */
static int exit_status(PyObject *code)
{
	PyObject *file;

	if (!code || code == Py_None)
		return 0;
	if (PyLong_Check(code)) {
		int status = (int)PyLong_AsLongLong(code);

		PyErr_Clear();
		return status & 0xff;
	}
	file = PySys_GetObject("stderr");
	if (file && file != Py_None) {
		PyFile_WriteObject(code, file, Py_PRINT_RAW);
		PyFile_WriteString("\n", file);
	}
	PyErr_Clear();
	return STATUS_EXCEPTION;
}

static int system_exit_status(void)
{
	PyObject *type, *value, *traceback, *code;
	int status;

	PyErr_Fetch(&type, &value, &traceback);
	PyErr_NormalizeException(&type, &value, &traceback);
	code = value ? PyObject_GetAttrString(value, "code") : NULL;
	PyErr_Clear();
	status = exit_status(code);
	Py_XDECREF(code);
	Py_XDECREF(type);
	Py_XDECREF(value);
	Py_XDECREF(traceback);
	return status;
}

/* The script has raised something that ends it. */
static void end_with_exception(struct engine *e)
{
	e->ended = true;
	if (PyErr_ExceptionMatches(PyExc_SystemExit)) {
		e->status = system_exit_status();
	} else if (PyErr_ExceptionMatches(PyExc_BrokenPipeError) && stdout_is_closed()) {
		PyErr_Clear();
		drop_stdout();
		e->status = STATUS_CLOSED_OUT;
	} else {
		e->status = PyErr_ExceptionMatches(PyExc_KeyboardInterrupt) ? STATUS_INTERRUPT
									    : STATUS_EXCEPTION;
		PyErr_Print();
	}
}

/* ---- Python itself ---- */

static int fail_status(struct err *err, PyStatus status)
{
	return fail(err, ERR_SYS, "Python does not start: %s",
		    status.err_msg ? status.err_msg : "no reason given");
}

/*
 * The python3 that belongs to the library we run on, from which Python derives where its modules
 * are. Otherwise it takes the first python3 in PATH, which may be of another version.
 */
static bool find_program(char path[PATH_MAX])
{
	char library[PATH_MAX], *slash;
	Dl_info info;

	if (!dladdr((void *)Py_BytesMain, &info) || !realpath(info.dli_fname, library))
		return false;
	/* /usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0: up to the prefix in front of "lib". */
	for (*strrchr(library, '/') = 0; (slash = strrchr(library, '/')); *slash = 0) {
		if (strncmp(slash, "/lib", 4))
			continue;
		*slash = 0;
		return snprintf(path, PATH_MAX, "%s/bin/python3", library) < PATH_MAX &&
		       !access(path, X_OK);
	}
	return false;
}

/* As perf starts it: the locale is the user's, and is not changed to UTF-8. */
static int preinitialize(struct err *err)
{
	PyPreConfig config;
	PyStatus status;

	PyPreConfig_InitPythonConfig(&config);
	config.parse_argv = 0;
	config.coerce_c_locale = 0;
	config.utf8_mode = 0;
	status = Py_PreInitialize(&config);
	return PyStatus_Exception(status) ? fail_status(err, status) : 0;
}

static PyStatus configure(PyConfig *config, int argc, char **argv)
{
	char program[PATH_MAX];
	PyStatus status;

	config->parse_argv = 0;
	/* Our modules lie in a folder of the system; a run as root shall leave nothing there. */
	config->write_bytecode = 0;
	if (find_program(program)) {
		status = PyConfig_SetBytesString(config, &config->program_name, program);
		if (PyStatus_Exception(status))
			return status;
	}
	return PyConfig_SetBytesArgv(config, argc, argv);
}

static int start_python(int argc, char **argv, struct err *err)
{
	PyConfig config;
	PyStatus status;

	if (preinitialize(err))
		return -1;
	if (PyImport_AppendInittab("perf_trace_context", script_module_init))
		return fail_mem(err);
	PyConfig_InitPythonConfig(&config);
	status = configure(&config, argc, argv);
	if (!PyStatus_Exception(status))
		status = Py_InitializeFromConfig(&config);
	PyConfig_Clear(&config);
	return PyStatus_Exception(status) ? fail_status(err, status) : 0;
}

/*
 * Flushes what the script has printed. Python would do so, too, but could only complain on stderr.
 */
static void flush_stdout(struct engine *e)
{
	PyObject *out = PySys_GetObject("stdout"), *result = NULL;

	if (!out || out == Py_None)
		return;
	result = PyObject_CallMethod(out, "flush", NULL);
	if (!result) {
		bool was_ended = e->ended;
		int status = e->status;

		end_with_exception(e);
		drop_stdout();
		if (was_ended && status)
			e->status = status;
	}
	Py_XDECREF(result);
}

static void stop_python(struct engine *e)
{
	flush_stdout(e);
	if (Py_FinalizeEx() && !e->status)
		e->status = STATUS_EXCEPTION;
}

/* ---- the script ---- */

/* sys.path[0]: the folder of the script itself, behind all links. */
static int add_script_folder(const char *script)
{
	PyObject *path = PySys_GetObject("path"), *folder;
	char real[PATH_MAX], *slash;
	int rc;

	if (!path || !realpath(script, real))
		return 0;
	slash = strrchr(real, '/');
	slash[slash == real] = 0;
	folder = PyUnicode_DecodeFSDefault(real);
	rc = folder ? PyList_Insert(path, 0, folder) : -1;
	Py_XDECREF(folder);
	return rc;
}

static int set_file_name(struct engine *e, const char *script)
{
	PyObject *name = PyUnicode_DecodeFSDefault(script);
	int rc = name ? PyDict_SetItemString(e->globals, "__file__", name) : -1;

	Py_XDECREF(name);
	return rc;
}

/* Runs the body of the script in __main__. Returns -1 with a Python exception. */
static int run_body(struct engine *e, const char *script, const char *text)
{
	PyObject *code, *result = NULL;

	if (add_script_folder(script) || set_file_name(e, script))
		return -1;
	code = Py_CompileString(text, script, Py_file_input);
	if (code)
		result = PyEval_EvalCode(code, e->globals, e->globals);
	Py_XDECREF(code);
	Py_XDECREF(result);
	return result ? 0 : -1;
}

/* From here on the script may ask about events. */
static int publish_context(struct engine *e)
{
	PyObject *context = dispatcher_context(e->dispatcher);
	PyObject *module = PyImport_ImportModule("perf_trace_context");
	int rc = module ? PyObject_SetAttrString(module, "perf_script_context", context) : -1;

	Py_XDECREF(module);
	return rc ? rc : PyDict_SetItemString(e->globals, "perf_script_context", context);
}

/* Calls trace_begin() or trace_end(), if there is one. */
static int call_by_name(struct engine *e, const char *name)
{
	PyObject *f = PyDict_GetItemString(e->globals, name), *result;

	if (!f || !PyCallable_Check(f))
		return 0;
	Py_INCREF(f);
	result = PyObject_CallNoArgs(f);
	Py_DECREF(f);
	Py_XDECREF(result);
	return result ? 0 : -1;
}

/* The session is told to stop by an error; what it was is known to @c already. */
static int on_sample(struct consumer *c, struct session *s, const struct ordered_sample *os,
		     struct err *err)
{
	struct engine *e = (struct engine *)c;

	if (likely(!dispatcher_add(e->dispatcher, s, os, err)))
		return 0;
	if (!PyErr_Occurred())
		return -1;
	end_with_exception(e);
	return fail(err, ERR_SYS, "the script has ended");
}

/* Returns 0, or -1 with @err when a file is damaged. */
static int run_events(struct engine *e, struct session *all, uint32_t nr, struct err *err)
{
	struct sigaction stop = { .sa_handler = on_interrupt }, python;
	int rc;

	stop_flag = &all->stop;
	interrupts_left = 0;
	for (uint32_t i = 0; i < nr; i++)
		interrupts_left |= all[i].file.sequential;
	sigaction(SIGINT, NULL, &python);
	/* Ignored from the start, as in the background of a shell script: that is how it stays. */
	if (python.sa_handler != SIG_IGN)
		sigaction(SIGINT, &stop, NULL);
	rc = session_run(all, nr, &e->consumer, err);
	sigaction(SIGINT, &python, NULL);
	stop_flag = NULL;
	dispatcher_rest(e->dispatcher);
	return e->ended ? 0 : rc;
}

/* Everything behind the start of Python; exceptions end up in @e. */
static int run_script(struct engine *e, struct session *all, uint32_t nr, const char *script,
		      const char *text, struct err *err)
{
	int rc;

	e->globals = PyModule_GetDict(PyImport_AddModule("__main__"));
	e->dispatcher = dispatcher_new(e->globals, nr);
	if (!e->dispatcher || run_body(e, script, text) || publish_context(e) ||
	    call_by_name(e, "trace_begin")) {
		end_with_exception(e);
		return 0;
	}
	rc = run_events(e, all, nr, err);
	if (!e->ended && call_by_name(e, "trace_end"))
		end_with_exception(e);
	return rc;
}

/* The script's text, to be freed; NULL with @err filled. */
static char *read_script(const char *script, struct err *err)
{
	size_t len;
	char *text = io_slurp(script, SCRIPT_MAX, &len);

	if (!text) {
		fail(err, ERR_IO, "cannot read the script %s: %s", script, strerror(errno));
		return NULL;
	}
	if (memchr(text, 0, len)) {
		fail(err, ERR_DATA, "%s is no Python script: it has NUL bytes in it", script);
		free(text);
		return NULL;
	}
	return text;
}

static char **script_args(const char *script, int argc, char **argv)
{
	char **args = calloc(argc + 1, sizeof(*args));

	if (!args)
		return NULL;
	memcpy(args, argv, argc * sizeof(*args));
	args[0] = (char *)script;
	return args;
}

static int run_text(struct session *all, uint32_t nr, const char *script, const char *text,
		    int argc, char **argv, int *status, struct err *err)
{
	struct engine e = { .consumer = { .as_one = true, .add_sample = on_sample } };
	int rc;

	if (start_python(argc, argv, err))
		return -1;
	rc = run_script(&e, all, nr, script, text, err);
	dispatcher_free(e.dispatcher);
	stop_python(&e);
	*status = e.status;
	return rc;
}

static int run(struct session *all, uint32_t nr, const char *script, int argc, char **argv,
	       int *status, struct err *err)
{
	char *text = read_script(script, err);
	char **args = text ? script_args(script, argc, argv) : NULL;
	int rc = -1;

	if (text && !args)
		fail_mem(err);
	if (args)
		rc = run_text(all, nr, script, text, argc, args, status, err);
	free(args);
	free(text);
	return rc;
}

static const char *version(void)
{
	return Py_GetVersion();
}

const struct script_engine recana_python_engine = {
	.abi = SCRIPT_ENGINE_ABI,
	.version = version,
	.run = run,
};
