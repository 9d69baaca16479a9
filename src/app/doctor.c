#include "doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/shown.h"
#include "ctl/json.h"

enum { TEXT_MAX = 65536 };

static const char *const result_words[] = {
	[DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_FAILED] = "failed", [DOCTOR_SKIPPED] = "skipped",
};

void doctor_release(struct doctor *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->v[i].site);
		free(d->v[i].text);
		free(d->v[i].advice);
	}
	free(d->v);
	d->v = NULL;
	d->n = d->cap = 0;
}

/* ---- people -------------------------------------------------------------------------- */

/* A server's words may be in it. */
static void print(const struct doctor_step *s)
{
	static const char *const marks[] = {
		[DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "NOTE", [DOCTOR_FAILED] = "FAILED", [DOCTOR_SKIPPED] = "-",
	};
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);

	cli_shown(&text, s->text, 0);
	printf("  %-7s %-14s %s\n", marks[s->result], s->name, buf_str(&text));
	if (s->advice)
		printf("  %-7s %-14s -> %s\n", "", "", s->advice);
	fflush(stdout);
}

/* ---- programs ------------------------------------------------------------------------ */

int doctor_json(const struct doctor *d, struct buf *out)
{
	CLEANUP(ctl_json_free_p) struct ctl_json *j = ctl_json_new();

	ctl_json_int(j, "version", 1);
	ctl_json_array(j, "steps");
	for (size_t i = 0; i < d->n; i++) {
		const struct doctor_step *s = &d->v[i];

		ctl_json_object(j, NULL);
		ctl_json_str(j, "site", s->site);
		ctl_json_str(j, "step", s->name);
		ctl_json_str(j, "result", result_words[s->result]);
		ctl_json_str(j, "text", s->text);
		ctl_json_str(j, "advice", s->advice);
		ctl_json_end(j);
	}
	ctl_json_end(j);
	ctl_json_int(j, "exit", d->code);
	return ctl_json_dump(j, CTL_JSON_PRETTY, out);
}

/* ---- steps --------------------------------------------------------------------------- */

static void add(struct doctor *d, const char *name, enum doctor_result result, const char *advice, const char *fmt, va_list ap)
{
	struct doctor_step s = { .name = name, .result = result };
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX);

	buf_addv(&text, fmt, ap);
	s.text = strdup(buf_str(&text));
	if (!s.text || str_set(&s.site, d->site) < 0 || str_set(&s.advice, advice) < 0 ||
	    vec_grow(&d->v, &d->cap, d->n + 1, sizeof(*d->v)) < 0) {
		fprintf(stderr, "spfs: out of memory\n");
		free(s.text);
		free(s.site);
		free(s.advice);
		d->code = CLI_FAILED;
		return;
	}
	d->v[d->n++] = s;
	if (!d->quiet)
		print(&s);
}

void doctor_ok(struct doctor *d, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, name, DOCTOR_OK, NULL, fmt, ap);
	va_end(ap);
}

void doctor_skip(struct doctor *d, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, name, DOCTOR_SKIPPED, NULL, fmt, ap);
	va_end(ap);
}

void doctor_fail(struct doctor *d, const char *name, int code, const char *advice, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, name, code ? DOCTOR_FAILED : DOCTOR_NOTE, advice, fmt, ap);
	va_end(ap);
	if (!d->code)
		d->code = code;
}
