/*
 * How far a task is. SharePoint's choices have names in the language of the
 * site; what they mean is told by their order: 1 Not Started, 2 In Progress,
 * 3 Completed, 4 Deferred, 5 Waiting; 1 High, 2 Normal, 3 Low.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "fmt_field.h"
#include "fmt_vtodo.h"

#define NO_LIMIT ((size_t) 1 << 30)

enum { NOT_STARTED = 1, IN_PROGRESS, COMPLETED, DEFERRED, HIGH = 1, NORMAL, LOW };

static const struct {
	const char *word;
	int status;
} words[] = {
	{ "NEEDS-ACTION", NOT_STARTED },
	{ "IN-PROCESS", IN_PROGRESS },
	{ "COMPLETED", COMPLETED },
	{ "CANCELLED", DEFERRED },
};

/* The position of a value among the choices of its column, from 1; 0: it is none. */
static int position(const struct list *l, const struct values *v, const char *column)
{
	const struct field *f = schema_known(&l->schema, column);
	const char *value = column_get(l, v, column);

	for (size_t i = 0; f && value && i < f->n_choices; i++)
		if (str_eq(f->choices[i], value))
			return (int) i + 1;
	return 0;
}

/* The choice at a position; NULL for none. */
static const char *choice(const struct list *l, const char *column, int at)
{
	const struct field *f = schema_known(&l->schema, column);

	return f && at > 0 && (size_t) at <= f->n_choices ? f->choices[at - 1] : NULL;
}

/* What STATUS says of a position; NULL for none. */
static const char *word_of(int status)
{
	if (!status)
		return NULL;
	return status <= COMPLETED ? words[status - 1].word : words[0].word;
}

/* "0.500000000000000" in percent, rounded; -1: it is none. */
static int percent_of(const char *wire)
{
	int n = 0;

	if (!wire || (*wire != '0' && *wire != '1' && *wire != '.'))
		return -1;
	if (*wire == '1')
		return 100;
	wire += strcspn(wire, ".");
	wire += *wire == '.';
	for (int i = 0; i < 2; i++)
		n = n * 10 + (*wire >= '0' && *wire <= '9' ? *wire++ - '0' : 0);
	return n + (*wire >= '5' && *wire <= '9');
}

/* MS-OUTSPS_R756: of a task that is known to be not complete, the time says nothing. */
static bool when_done(const struct list *l, const struct values *v, int64_t *ret)
{
	int status = position(l, v, "Status"), percent = percent_of(column_get(l, v, "PercentComplete"));
	bool open = status ? status != COMPLETED : percent >= 0 && percent < 100;

	return (!open || PLANTED("open_task_done")) && ical_wire_time(column_get(l, v, "DateComplete"), ret) == 0;
}

void vtodo_write_state(const struct list *l, const struct values *v, struct buf *out)
{
	static const int numbers[] = { 0, 1, 5, 9 };
	int priority = position(l, v, "Priority"), percent = percent_of(column_get(l, v, "PercentComplete"));
	const char *word = word_of(position(l, v, "Status"));
	int64_t when;

	if (priority && priority <= LOW)
		buf_addf(out, "PRIORITY:%d\n", numbers[priority]);
	if (word)
		buf_addf(out, "STATUS:%s\n", word);
	if (percent >= 0)
		buf_addf(out, "PERCENT-COMPLETE:%d\n", percent);
	if (when_done(l, v, &when))
		ical_write_utc("COMPLETED", when, out);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* 1 to 4, 5 and 0, 6 to 9 are the same classes: a tool writes 4 for what was 1. */
static int read_priority(const struct vtodo_reading *re)
{
	const struct line *line = lines_only(&re->l, re->comp, "PRIORITY");
	int n = line && *line->value >= '0' && *line->value <= '9' ? *line->value - '0' : 0;
	int is = n == 0 || n == 5 ? NORMAL : n < 5 ? HIGH : LOW, was = position(re->edit.list, re->edit.base, "Priority");
	const char *wire = choice(re->edit.list, "Priority", is);

	if (!wire || is == was || (!line && (!was || was > LOW)))
		return edit_keep(&re->edit, "Priority");
	return line ? edit_wire(&re->edit, "Priority", wire) : edit_text(&re->edit, "Priority", COLUMN_TEXT, NULL, 0);
}

/* The choice itself, which the file has too. 1: it is another one; 0: it is as it was, or not there. */
static int read_choice(const struct vtodo_reading *re, const struct line *line)
{
	struct buf was = BUF_INIT(NO_LIMIT), now = BUF_INIT(NO_LIMIT);
	int r = column_show(re->edit.list, re->edit.base, "Status", COLUMN_TEXT, &was);

	if (line)
		line_unescape(line->value, &now);
	if (r == 0)
		r = buf_error(&now);
	if (r == 0 && line && !str_eq(buf_str(&was), buf_str(&now))) {
		r = edit_text(&re->edit, "Status", COLUMN_TEXT, buf_str(&now), line->number);
		r = r < 0 ? r : 1;
	}
	buf_release(&was);
	buf_release(&now);
	return r;
}

/* Whichever of STATUS and the choice changed counts; the choice, if both did. */
static int read_status(const struct vtodo_reading *re, int was)
{
	const struct line *exact = fields_find(&re->l, re->comp, "Status"), *line = lines_only(&re->l, re->comp, "STATUS");
	const char *before = word_of(was), *wire = NULL;
	int r = read_choice(re, exact);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!line)
		return before && !exact ? edit_text(&re->edit, "Status", COLUMN_TEXT, NULL, 0) : 0;
	if (before && str_eq_nocase(before, line->value))
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_eq_nocase(words[i].word, line->value))
			wire = choice(re->edit.list, "Status", words[i].status);
	return wire ? edit_wire(&re->edit, "Status", wire) : 0;
}

/* What became of the task. */
struct turn {
	bool done;   /* it was completed */
	bool undone; /* it had been, and is not any more */
	bool stays;  /* it had been, and is: what that implies need not be said again */
};

static int set_percent(const struct vtodo_reading *re, int percent)
{
	char wire[16];

	if (percent % 100 == 0)
		snprintf(wire, sizeof(wire), "%d", percent / 100);
	else
		snprintf(wire, sizeof(wire), percent % 10 ? "0.%02d" : "0.%.1d", percent % 10 ? percent : percent / 10);
	return edit_wire(&re->edit, "PercentComplete", wire);
}

/* What the file says: 0 to 100, -1: nothing. -EINVAL. */
static int written_percent(const struct vtodo_reading *re, int *ret)
{
	const struct line *line = lines_only(&re->l, re->comp, "PERCENT-COMPLETE");
	int64_t n = -1;

	if (line && (str_to_i64(line->value, &n) < 0 || n < 0 || n > 100))
		return err_set(re->edit.err, -EINVAL, "line %zu: PERCENT-COMPLETE: expected 0 to 100", line->number);
	*ret = (int) n;
	return 0;
}

/* What a change of the status says of it, where the file itself does not. */
static int meant_percent(struct turn turn, int was, int is)
{
	bool silent = is < 0 || is == was;

	if (turn.done && silent)
		return 100;
	if (turn.undone && was == 100 && silent)
		return 0;
	return turn.stays && was == 100 && is < 0 ? was : is;
}

static int read_percent(const struct vtodo_reading *re, struct turn turn)
{
	int was = percent_of(column_get(re->edit.list, re->edit.base, "PercentComplete")), is = -1;
	int r = written_percent(re, &is);

	if (r < 0)
		return r;
	is = meant_percent(turn, was, is);
	if (is == was || (is < 0 && was <= 0))
		return 0;
	return is < 0 ? edit_text(&re->edit, "PercentComplete", COLUMN_TEXT, NULL, 0) : set_percent(re, is);
}

static int read_completed(struct vtodo_reading *re, struct turn turn)
{
	const struct line *line = lines_only(&re->l, re->comp, "COMPLETED");
	struct ical_time t = { .utc = re->f->now };
	int64_t was;
	bool has = when_done(re->edit.list, re->edit.base, &was);
	int r = line ? ical_time_read(&re->zones, line, line->value, &t, re->edit.err) : 0;

	if (r < 0)
		return r;
	if (line && has && t.utc == was)
		line = turn.undone ? NULL : line;
	else if (!line && turn.done)
		return vtodo_edit_time(re, "DateComplete", COLUMN_TIME, &t, 0);
	if (line)
		return has && t.utc == was ? 0 : vtodo_edit_time(re, "DateComplete", COLUMN_TIME, &t, line->number);
	return has && !turn.stays ? edit_text(&re->edit, "DateComplete", COLUMN_TIME, NULL, 0) : 0;
}

int vtodo_read_state(struct vtodo_reading *re)
{
	const struct list *l = re->edit.list;
	int was = position(l, re->edit.base, "Status"), is = was;
	struct turn turn;
	int r = read_priority(re);

	if (r == 0)
		r = read_status(re, was);
	if (r == 0 && values_has(re->edit.out, "Status"))
		is = position(l, re->edit.out, "Status");
	turn = (struct turn) { .done = is == COMPLETED && was != is, .undone = was == COMPLETED && was != is,
			       .stays = was == COMPLETED && was == is };
	if (r == 0)
		r = read_percent(re, turn);
	return r < 0 ? r : read_completed(re, turn);
}
