#include "render.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "keys.h"
#include "value.h"

void render_line(const struct field *f, const char *value, struct buf *out)
{
	if (value_is_verbatim(f))
		quote_add(out, value, "");
	else
		quote_line(out, value);
}

void render_words(const char *s, struct buf *out)
{
	for (; *s; s++)
		buf_addc(out, (unsigned char) *s < ' ' || *s == 0x7f ? ' ' : *s);
}

/* Lines that go on with a field begin with a blank; a dot keeps an empty one from ending the head. */
static void render_block(const char *s, struct buf *out)
{
	while (s) {
		size_t n = strcspn(s, "\n");
		bool dot = *s == '.' || strspn(s, " \t") == n;

		buf_adds(out, dot ? "\n ." : "\n ");
		buf_add(out, s, n);
		s = s[n] ? s + n + 1 : NULL;
	}
}

static int render_field(const struct list *l, const struct key *k, const char *wire, struct buf *out)
{
	struct buf value = BUF_INIT(out->max);
	int r = wire ? value_show(l, k->field, wire, &value) : 0;

	buf_adds(out, k->text);
	buf_addc(out, ':');
	if (k->field->type == FIELD_NOTE && strchr(buf_str(&value), '\n')) {
		render_block(buf_str(&value), out);
	} else if (value.len) {
		buf_addc(out, ' ');
		render_line(k->field, buf_str(&value), out);
	}
	buf_addc(out, '\n');
	buf_release(&value);
	return r < 0 ? r : buf_error(out);
}

/* "# Created By: Jane Roe <jane.roe@contoso.example>" */
static int render_comment(const struct list *l, const struct field *f, const struct values *v, struct buf *out)
{
	const char *wire = values_get(v, f->name);
	struct buf value = BUF_INIT(out->max);
	int r = wire ? value_show(l, f, wire, &value) : 0;

	if (r == 0 && value.len) {
		buf_adds(out, "# ");
		render_words(f->display, out);
		buf_adds(out, ": ");
		render_words(buf_str(&value), out);
		buf_addc(out, '\n');
	}
	buf_release(&value);
	return r < 0 ? r : buf_error(out);
}

/* A service field as the schema has it, or as every list has it. */
static int render_service(const struct list *l, const struct field *usual, const struct values *v, struct buf *out)
{
	const struct field *f = schema_find(&l->schema, usual->name);

	return render_comment(l, f ? f : usual, v, out);
}

static int render_comments(const struct list *l, const struct values *v, struct buf *out)
{
	static const struct field services[] = {
		{ .name = (char *) "ID", .display = (char *) "ID", .type = FIELD_COUNTER },
		{ .name = (char *) "Created", .display = (char *) "Created", .type = FIELD_DATETIME },
		{ .name = (char *) "Author", .display = (char *) "Created By", .type = FIELD_USER },
		{ .name = (char *) "Modified", .display = (char *) "Modified", .type = FIELD_DATETIME },
		{ .name = (char *) "Editor", .display = (char *) "Modified By", .type = FIELD_USER },
	};
	static const struct field approval = {
		.name = (char *) "_ModerationStatus", .display = (char *) "Approval Status", .type = FIELD_MODSTAT,
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(services) / sizeof(*services) && r == 0; i++)
		r = render_service(l, &services[i], v, out);
	for (size_t i = 0; i < l->schema.n && r == 0; i++) {
		const struct field *f = &l->schema.f[i];

		if (f->type == FIELD_CALCULATED && !(f->flags & FIELD_HIDDEN))
			r = render_comment(l, f, v, out);
	}
	if (r == 0 && (l->flags & LIST_MODERATED))
		r = render_service(l, &approval, v, out);
	return r;
}

static int render_body(const struct list *l, const struct field *body, const struct values *v, struct buf *out)
{
	const char *wire = values_get(v, body->name);
	size_t before;
	int r;

	buf_addc(out, '\n');
	before = out->len;
	r = wire ? value_show(l, body, wire, out) : 0;
	if (r == 0 && out->len > before)
		buf_addc(out, '\n');
	return r < 0 ? r : buf_error(out);
}

int render_text(const struct list *l, const struct values *v, struct buf *out)
{
	CLEANUP(keys_release_p) struct keys keys = KEYS_INIT;
	int r = keys_read(l, &keys);

	for (size_t i = 0; i < keys.n && r == 0; i++)
		if (keys.k[i].field != keys.body)
			r = render_field(l, &keys.k[i], values_get(v, keys.k[i].field->name), out);
	if (r == 0)
		r = render_comments(l, v, out);
	if (r == 0 && keys.body)
		r = render_body(l, keys.body, v, out);
	return r;
}
