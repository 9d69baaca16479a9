#include "fmt_person.h"

#include <string.h>

#include "value_wire.h"

void person_parts_release(struct person_parts *p)
{
	buf_release(&p->id);
	buf_release(&p->name);
	buf_release(&p->login);
	buf_release(&p->mail);
}

int person_parts_error(const struct person_parts *p)
{
	const struct buf *const all[] = { &p->id, &p->name, &p->login, &p->mail };
	int r = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && r == 0; i++)
		r = buf_error(all[i]);
	return r;
}

/* What stands behind the id; a name alone has single commas. */
static void split(const char *text, struct person_parts *p)
{
	if (!strstr(text, ",#")) {
		buf_adds(&p->name, text);
		return;
	}
	text = wire_part(text, ",#", &p->name);
	text = text ? wire_part(text, ",#", &p->login) : NULL;
	if (text)
		wire_part(text, ",#", &p->mail);
}

const char *person_parts_read(const char *wire, bool several, struct person_parts *ret)
{
	struct wire_ref ref = WIRE_REF_INIT(ret->name.max);
	const char *rest = wire_ref_next(wire, several, &ref);

	buf_reset(&ret->id);
	buf_reset(&ret->name);
	buf_reset(&ret->login);
	buf_reset(&ret->mail);
	buf_add(&ret->id, buf_str(&ref.id), ref.id.len);
	split(buf_str(&ref.text), ret);
	if (wire_ref_error(&ref) < 0 && !ret->id.error)
		ret->id.error = wire_ref_error(&ref);
	wire_ref_release(&ref);
	return rest;
}
