#include "view/format.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/str.h"
#include "fmt_column.h"
#include "fmt_forms.h"
#include "fmt_ical.h"
#include "fmt_vevent.h"

static const struct view_format text = { "text", ".txt", false, text_render, text_parse };
static const struct view_format vevent = { "ics", ".ics", true, vevent_render, vevent_parse };
static const struct view_format vtodo = { "ics", ".ics", false, vtodo_render, vtodo_parse };
static const struct view_format vcard = { "vcf", ".vcf", false, vcard_render, vcard_parse };
static const struct view_format eml = { "eml", ".eml", false, eml_render, eml_parse };

/* By ServerTemplate; every other list is text in any case. */
static const struct {
	int template;
	const struct view_format *own; /* where the configuration says nothing */
	const struct view_format *ics; /* where it says "ics" */
} forms[] = {
	{ 105, &vcard, &vcard }, { 106, &vevent, &vevent }, { 107, &text, &vtodo },
	{ 108, &eml, &eml },     { 150, &text, &vtodo },    { 171, &text, &vtodo },
};

const struct view_format *view_format_of(const struct list *l, const char *config)
{
	if (str_eq(config, "text") || list_is_library(l))
		return &text;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (forms[i].template == l->template)
			return str_eq(config, "ics") ? forms[i].ics : forms[i].own;
	return &text;
}

bool view_format_is_name(const char *config)
{
	return str_empty(config) || str_eq(config, "text") || str_eq(config, "ics");
}

int64_t view_format_master(const struct list *l, const struct item *i)
{
	const char *type = column_get(l, &i->values, "EventType"), *id;
	int64_t master = 0, of;

	if (l->template != 106 || (!str_eq(type, "3") && !str_eq(type, "4")) ||
	    ical_wire_time(column_get(l, &i->values, "RecurrenceID"), &of) < 0)
		return 0;
	id = column_get(l, &i->values, "MasterSeriesItemID");
	return id && str_to_i64(id, &master) == 0 && master > 0 ? master : 0;
}

bool view_format_is_deleted(const struct list *l, const struct item *i)
{
	return l->template == 106 && str_eq(column_get(l, &i->values, "EventType"), "3");
}

int view_format_link(const struct list *l, const struct item *master, struct values *fields)
{
	struct fmt_column c;
	char id[24];

	column_find(l, "MasterSeriesItemID", COLUMN_TEXT, &c);
	snprintf(id, sizeof(id), "%" PRId64, master->id);
	return values_set(fields, c.key, id);
}
