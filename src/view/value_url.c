#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "value.h"
#include "value_wire.h"

/* Adds the address as one word. */
static void add_address(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if ((unsigned char) *s <= ' ' || *s == 0x7f)
			buf_addf(out, "%%%02X", (unsigned) *s);
		else
			buf_addc(out, *s);
	}
}

int url_show(const struct list *l, const struct field *f, const char *wire, struct buf *out)
{
	struct buf address = BUF_INIT(out->max);
	const char *description = wire_part(wire, ", ", &address);
	int r = buf_error(&address);

	(void) l;
	(void) f;
	add_address(out, buf_str(&address));
	if (description && *description && strcmp(description, buf_str(&address)) != 0) {
		buf_addc(out, ' ');
		quote_add(out, description, "");
	}
	buf_release(&address);
	return r < 0 ? r : buf_error(out);
}

/* "mailto:", "https:", or a path of the server. */
static bool is_address(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char) s[n]) || (n && strchr("+.-", s[n]) && s[n]))
		n++;
	return *s == '/' || (n && isalpha((unsigned char) *s) && s[n] == ':');
}

int url_read(const struct value_from *from, const char *text, struct buf *out, struct err *err)
{
	size_t n = strcspn(text, " \t");
	const char *rest = text + n + strspn(text + n, " \t");
	struct buf description = BUF_INIT(out->max), address = BUF_INIT(out->max);
	int r;

	(void) from;
	buf_add(&address, text, n);
	r = buf_error(&address);
	if (r == 0 && !is_address(text))
		r = err_set(err, -EINVAL, "expected a URL, then an optional description");
	if (r == 0)
		r = quote_read(rest, strlen(rest), &description, err);
	if (r == 0) {
		wire_double(out, buf_str(&address), ',');
		buf_adds(out, ", ");
		r = buf_adds(out, description.len ? buf_str(&description) : buf_str(&address));
	}
	buf_release(&description);
	buf_release(&address);
	return r;
}

bool url_has_description(const char *wire)
{
	struct buf address = BUF_INIT(strlen(wire) + 1);
	const char *description = wire_part(wire, ", ", &address);
	bool has = description && *description && strcmp(description, buf_str(&address)) != 0;

	buf_release(&address);
	return has;
}

int url_describe(const char *wire, const char *description, struct buf *out)
{
	struct buf address = BUF_INIT(out->max);
	int r;

	wire_part(wire, ", ", &address);
	r = buf_error(&address);
	wire_double(out, buf_str(&address), ',');
	buf_adds(out, ", ");
	buf_adds(out, description);
	buf_release(&address);
	return r < 0 ? r : buf_error(out);
}
