#include "ctl/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"

enum { DEPTH = 16 };

struct ctl_json {
	json_t *open[DEPTH]; /* [0] owned; the others belong to the one before */
	int depth;           /* of the innermost open one */
	int error;
};

struct ctl_json *ctl_json_new(void)
{
	struct ctl_json *j = FAULT("ctl.json") ? NULL : calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->open[0] = json_object();
	return j->open[0] ? j : ctl_json_free(j);
}

struct ctl_json *ctl_json_free(struct ctl_json *j)
{
	if (j)
		json_decref(j->open[0]);
	free(j);
	return NULL;
}

/* Takes the value in any case. False: the error is set. */
static bool add(struct ctl_json *j, const char *key, json_t *value)
{
	json_t *in = j->open[j->depth];
	bool fits = json_is_object(in) ? key != NULL : key == NULL;
	int r;

	if (j->error || !fits) {
		j->error = j->error ? j->error : -EINVAL;
		json_decref(value);
		return false;
	}
	/* Both take the value also when they fail, and NULL as failure. */
	r = key ? json_object_set_new(in, key, value) : json_array_append_new(in, value);
	if (r < 0)
		j->error = -ENOMEM;
	return r == 0;
}

/* ---- strings ---------------------------------------------------------------------------- */

/* jansson takes nothing but UTF-8; who reads a status needs the rest of the name all the same. */
static json_t *repaired(const char *s)
{
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(SIZE_MAX / 4);
	size_t left = strlen(s);

	while (left) {
		size_t n = 1;

		while (n < left && n < 4 && !str_utf8_valid(s, n))
			n++;
		if (str_utf8_valid(s, n)) {
			buf_add(&b, s, n);
		} else {
			buf_adds(&b, "\xef\xbf\xbd");
			n = 1;
		}
		s += n;
		left -= n;
	}
	return buf_error(&b) < 0 ? NULL : json_string(buf_str(&b));
}

static json_t *string(const char *s)
{
	if (!s)
		return json_null();
	return str_utf8_valid(s, strlen(s)) ? json_string(s) : repaired(s);
}

/* ---- members ---------------------------------------------------------------------------- */

void ctl_json_str(struct ctl_json *j, const char *key, const char *s)
{
	if (j)
		add(j, key, string(s));
}

void ctl_json_int(struct ctl_json *j, const char *key, int64_t v)
{
	if (j)
		add(j, key, json_integer(v));
}

void ctl_json_bool(struct ctl_json *j, const char *key, bool v)
{
	if (j)
		add(j, key, json_boolean(v));
}

static void open_container(struct ctl_json *j, const char *key, json_t *container)
{
	if (j->depth + 1 == DEPTH)
		j->error = j->error ? j->error : -EINVAL;
	if (add(j, key, container))
		j->open[++j->depth] = container;
}

void ctl_json_object(struct ctl_json *j, const char *key)
{
	if (j)
		open_container(j, key, json_object());
}

void ctl_json_array(struct ctl_json *j, const char *key)
{
	if (j)
		open_container(j, key, json_array());
}

void ctl_json_end(struct ctl_json *j)
{
	if (!j || j->error)
		return;
	if (j->depth == 0)
		j->error = -EINVAL;
	else
		j->depth--;
}

/* ---- text ------------------------------------------------------------------------------- */

static int add_text(const char *p, size_t n, void *arg)
{
	return buf_add(arg, p, n);
}

int ctl_json_dump(const struct ctl_json *j, enum ctl_json_form form, struct buf *out)
{
	size_t flags = form == CTL_JSON_LINE ? JSON_COMPACT : JSON_INDENT(2);
	int r = j ? j->error : -ENOMEM;

	if (r < 0)
		return r;
	r = json_dump_callback(j->open[0], add_text, out, flags);
	if (form == CTL_JSON_PRETTY)
		buf_addc(out, '\n');
	if (buf_error(out) < 0)
		return buf_error(out);
	return r < 0 ? -ENOMEM : 0;
}
