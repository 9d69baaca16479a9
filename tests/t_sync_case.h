#ifndef T_SYNC_CASE_H
#define T_SYNC_CASE_H

/*
 * The language of the cases in tests/sync, for t_sync_cases.c. A case is a list of steps and, after the line "end", what
 * then has to be. One step a line; words are separated by blanks, "quoted words" may hold them, # begins a
 * comment. Items are named by their titles, files by their paths below the list. FIELD is title, status, body, notes.
 *
 * Others, on the server:
 *	server add TITLE [FIELD=x ...] [in=FOLDER]
 *	server folder NAME		server set TITLE FIELD=x ...	server touch TITLE
 *	server delete TITLE		server undelete TITLE		server move-folder NAME NEW
 *	server hide TITLE		server show TITLE		(its rights: nobody is told)
 *	server restore			the whole list comes from a backup
 *	server expire			change tokens are refused
 *	server recreate			the list is deleted and made anew, without its items
 *	server column			the list gets a column
 *	server rights MASK		EffectivePermMask
 *	server page N, cut N, most N	rows a page, changes an answer (MoreChanges), methods a request
 *	server between TITLE		gets the status "late" after the next page
 *	server no-rows on|off		answers without rows
 *	server no-history on|off	items keep no vti_versionhistory
 *	server ids delete-first|rename TITLE
 * Failures of the next request:
 *	fault pull|push gone|busy|throttled|site|list|list-gone|login [N]
 *	fault push lost [N]		carried out, and no answer
 * The user:
 *	create FILE [FIELD=x ...]	save FILE FIELD=x ...		rename FILE TITLE
 *	remove FILE			mkdir DIR			rename-dir DIR NEW
 *	rmdir DIR			replace FILE FIELD=x ...	(a new file is renamed over it)
 *	recreate FILE FIELD=x ...	(removed and written anew)
 *	discard FILE			retry
 * The engine:
 *	pull				push				grace
 *	sync				all that is due, until nothing is
 *	offline, online			Work Offline
 * "repeat N STEP" does a step N times, with % as its number.
 *
 * At the end (each is checked; with nothing said of them there are no conflicts, and nothing waits):
 *	item TITLE [FIELD=x ...] [in=FOLDER]	an item of the server; all are named, or
 *	items N				how many there are
 *	file FILE [TEXT ...]		a file that shows the texts; all are named when one is
 *	conflict TEXT			a file in conflicts/ holds it
 *	sent [new=N] [update=N] [delete=N] [folder=N] [requests=N]	(unless it was killed or failed)
 *	waits N				changes that wait or were refused
 *	unbroken			it is not killed, and no call fails: what was lost would be looked for earlier
 */
#include <ctype.h>

#include "t_sync_fake.h"

enum { CASE_STEPS = 96, CASE_WORDS = 12, CASE_TEXT = 8192 };

struct case_step {
	int line, n;
	char *word[CASE_WORDS];
};

struct case_file {
	const char *path; /* foreign */
	char text[CASE_TEXT];
	struct case_step step[CASE_STEPS], end[CASE_STEPS];
	int n, n_end;
};

/* One word; returns what follows it, NULL at the end of the line. */
static inline char *case_word(char *p, char **ret)
{
	char stop = ' ';

	p += strspn(p, " \t");
	if (!*p || *p == '#')
		return NULL;
	if (*p == '"') {
		stop = '"';
		p++;
	}
	*ret = p;
	while (*p && *p != stop && (stop == '"' || *p != '\t'))
		p++;
	if (*p)
		*p++ = '\0';
	return p;
}

static inline void case_line(struct case_file *c, char *line, int number, bool *at_end)
{
	struct case_step s = { .line = number };
	char *p = line, *w = NULL;

	while ((p = case_word(p, &w))) {
		if (s.n == CASE_WORDS)
			fail_msg("%s:%d: too many words", c->path, number);
		s.word[s.n++] = w;
	}
	if (!s.n)
		return;
	if (s.n == 1 && strcmp(s.word[0], "end") == 0) {
		*at_end = true;
		return;
	}
	if ((*at_end ? c->n_end : c->n) == CASE_STEPS)
		fail_msg("%s:%d: too many steps", c->path, number);
	if (*at_end)
		c->end[c->n_end++] = s;
	else
		c->step[c->n++] = s;
}

static inline void case_read(const char *path, struct case_file *c)
{
	FILE *f = fopen(path, "re");
	size_t n;
	bool at_end = false;
	int number = 1;

	assert_non_null(f);
	c->path = path;
	c->n = c->n_end = 0;
	n = fread(c->text, 1, sizeof(c->text) - 1, f);
	fclose(f);
	assert_true(n < sizeof(c->text) - 1);
	c->text[n] = '\0';
	for (char *line = c->text; line; number++) {
		char *next = strchr(line, '\n');

		if (next)
			*next++ = '\0';
		case_line(c, line, number, &at_end);
		line = next;
	}
	if (!at_end)
		fail_msg("%s has no line \"end\"", path);
}

/* ---- words of a step ------------------------------------------------------------------ */

/* The value of "KEY=value"; NULL: there is none. */
static inline const char *case_value(const struct case_step *s, const char *key)
{
	size_t n = strlen(key);

	for (int i = 1; i < s->n; i++)
		if (strncmp(s->word[i], key, n) == 0 && s->word[i][n] == '=')
			return s->word[i] + n + 1;
	return NULL;
}

static const char *const case_keys[] = { "title", "status", "body", "notes" };
static const char *const case_fields[] = { "Title", "Status", "Body", "Notes" };
enum { CASE_FIELDS = sizeof(case_keys) / sizeof(*case_keys) };

/* The fields of a step; false: it names none. */
static inline bool case_values(const struct case_step *s, struct values *v)
{
	bool any = false;

	for (int i = 0; i < CASE_FIELDS; i++) {
		const char *text = case_value(s, case_keys[i]);

		if (!text)
			continue;
		assert_int_equal(values_set(v, case_fields[i], text), 0);
		any = true;
	}
	return any;
}

static inline bool case_is(const struct case_step *s, int at, const char *word)
{
	return at < s->n && strcmp(s->word[at], word) == 0;
}

/* The n-th step of a repetition: % in its words is the number. Returns a copy whose words are in `text`. */
static inline struct case_step case_numbered(const struct case_step *s, int from, int number, char text[1024])
{
	struct case_step t = { .line = s->line, .n = s->n - from };
	char *p = text;

	for (int i = 0; i < t.n; i++) {
		t.word[i] = p;
		for (const char *q = s->word[i + from]; *q; q++) {
			assert_true(p - text < 1000);
			if (*q == '%')
				p += snprintf(p, 12, "%03d", number);
			else
				*p++ = *q;
		}
		*p++ = '\0';
	}
	return t;
}

#endif
