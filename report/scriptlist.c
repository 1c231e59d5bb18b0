#include "report/scriptlist.h"
#include "common/util.h"
#include "report/out.h"
#include "report/script.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define SUFFIX	    ".py"
#define TREE	    "scripts/python"
#define NAME_COLUMN 23 /* behind which a description begins */
#define WIDTH	    80
#define LINES_MAX   64	/* of a file, among which the two are looked for */
#define ROOM	    256 /* for each; what is longer is cut */

/* Where perf installs its tree: as built from the kernel, Debian, Fedora. */
static const char *const perf_trees[] = { "/usr/libexec/perf-core", "/usr/lib/perf-core",
					  "/usr/share/perf-core" };

struct about {
	char description[ROOM], args[ROOM];
	bool found; /* somebody says something of the script */
};

/* The text behind @key in @line, a comment, if it begins with that. */
static void take_line(char text[ROOM], const char *line, const char *key)
{
	const size_t len = strlen(key);

	if (*line != '#')
		return;
	line += 1 + strspn(line + 1, " \t");
	if (strncmp(line, key, len))
		return;
	line += len;
	line += strspn(line, " \t");
	snprintf(text, ROOM, "%.*s", (int)strcspn(line, "\r\n"), line);
}

/* What the file @path says; @beside: it is there for that only. */
static void read_about(struct about *a, const char *path, bool beside)
{
	FILE *in = fopen(path, "re");
	char line[ROOM];

	if (!in)
		return;
	for (int i = 0; i < LINES_MAX && fgets(line, sizeof(line), in); i++) {
		take_line(a->description, line, "description:");
		take_line(a->args, line, "args:");
	}
	fclose(in);
	a->found |= beside || *a->description;
}

static void find_about(struct about *a, const char *dir, const char *name)
{
	static const char *const forms[] = { "%s/bin/%s-report", "%s/bin/%s-record",
					     ("%s/%s" SUFFIX) };
	char path[PATH_MAX];

	*a = (struct about){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(forms) && !*a->description; i++) {
		snprintf(path, sizeof(path), forms[i], dir, name);
		read_about(a, path, i + 1 < ARRAY_SIZE(forms));
	}
}

/* The words of @text behind what is in the line up to @column; returns the column that is reached. */
static int print_words(FILE *out, const char *text, int column)
{
	for (size_t len; (len = strcspn(text += strspn(text, " "), " ")); text += len) {
		char word[ROOM];
		int width;

		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		width = 1 + out_width(word);
		if (column > NAME_COLUMN && column + width > WIDTH) {
			fprintf(out, "\n%*s", NAME_COLUMN, "");
			column = NAME_COLUMN;
		}
		putc(' ', out);
		out_text(out, word);
		column += width;
	}
	return column;
}

static void print_script(FILE *out, const char *name, const struct about *a)
{
	int column = 2 + out_width(name);

	fputs("  ", out);
	out_text(out, name);
	column = print_words(out, a->args, column);
	if (*a->description && column < NAME_COLUMN)
		column += fprintf(out, "%*s", NAME_COLUMN - column, "");
	print_words(out, a->description, column);
	putc('\n', out);
}

static int is_script(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > strlen(SUFFIX) && entry->d_name[0] != '.' &&
	       !strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX);
}

void scriptlist_folder(FILE *out, const char *dir, bool all)
{
	struct dirent **entries;
	bool any = false;
	int nr = scandir(dir, &entries, is_script, alphasort);

	for (int i = 0; i < nr; i++) {
		struct about about;
		char *name = entries[i]->d_name;

		name[strlen(name) - strlen(SUFFIX)] = 0;
		find_about(&about, dir, name);
		if (!any && (all || about.found)) {
			fputs("\nPython scripts, run by ana -s ", out);
			out_text(out, dir);
			fputs("/NAME" SUFFIX ":\n", out);
		}
		any |= all || about.found;
		if (all || about.found)
			print_script(out, name, &about);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

static void print_own(FILE *out)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	char dir[PATH_MAX];

	if (data && *data == '/')
		snprintf(dir, sizeof(dir), "%s/recana/scripts", data);
	else if (home && *home)
		snprintf(dir, sizeof(dir), "%s/.local/share/recana/scripts", home);
	else
		return;
	scriptlist_folder(out, dir, true);
}

/* Returns false when there is no such folder. */
static bool print_tree(FILE *out, const char *tree)
{
	char dir[PATH_MAX + sizeof("/" TREE)];

	snprintf(dir, sizeof(dir), "%s/" TREE, tree);
	scriptlist_folder(out, dir, false);
	return !access(dir, R_OK);
}

void scriptlist_print(FILE *out)
{
	const char *user = getenv("PERF_EXEC_PATH");
	char home[PATH_MAX];

	print_own(out);
	if (user && *user) {
		print_tree(out, user);
		return;
	}
	if (!script_home(home, NULL))
		print_tree(out, home);
	/* One may be a link to the other. */
	for (size_t i = 0; i < ARRAY_SIZE(perf_trees) && !print_tree(out, perf_trees[i]); i++)
		;
}
