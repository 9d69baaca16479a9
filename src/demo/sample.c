#include "sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "db.h"
#include "edit.h"
#include "item.h"
#include "model.h"
#include "tmpl.h"
#include "words.h"
#include "xml.h"

#define WORDS_MAX 64
#define SAMPLE_EPOCH INT64_C(1788249600) /* 2026-09-01 08:00 UTC */

static const struct person_facts people[] = {
	{ 12, "CONTOSO\\jroe", "Jane Roe", "jane.roe@contoso.example", "Head of Research" },
	{ 15, "CONTOSO\\mmueller", "Max Müller", "max.mueller@contoso.example", "Administrator" },
	{ 17, "CONTOSO\\aking", "Ada King", "ada.king@contoso.example", "Accountant" },
	{ 21, "CONTOSO\\lwei", "Li Wei (李伟)", "li.wei@contoso.example", "工程师" },
	{ 23, "CONTOSO\\poneil", "O'Neil, Pat", "pat.oneil@contoso.example", "Facilities" },
	{ PERSON_SYSTEM, "SHAREPOINT\\system", "System Account", "", "" },
};

int sample_people(struct model *m)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(people) / sizeof(*people); i++)
		r = model_add_person(m, &people[i], NULL);
	return r;
}

/* ---- items ------------------------------------------------------------------------------------ */

struct filling {
	struct edit e;
	struct item i;
};

static int add_attachment(struct filling *f, const char *name, const char *content)
{
	char seed[64];
	char guid[GUID_SIZE];

	snprintf(seed, sizeof(seed), "%s %lld", f->e.l->guid, (long long) f->i.id);
	model_guid(seed, name, guid);
	f->i.attachments++;
	return db_run(f->e.m->db, ATTACHMENT_PUT, "iissiib", f->i.list, f->i.id, name, guid, INT64_C(1), f->i.created,
		      (const void *) content, strlen(content));
}

static int set_word(struct filling *f, const char *name, const char *value)
{
	if (strcmp(name, "in") == 0) {
		free(f->i.dir);
		f->i.dir = str_printf("%s/%s", f->e.l->root, value);
		return f->i.dir ? 0 : -ENOMEM;
	}
	if (str_starts(name, "attach:"))
		return add_attachment(f, name + 7, value);
	if (str_starts(name, "bag:"))
		return edit_set_property(&f->i, name + 4, value);
	return edit_set(&f->e, &f->i, name, value);
}

/* As a browser leaves it: the list is the agent that edited ([MS-OUTSPS] 3.2.4.2.1). */
static int set_history(struct filling *f)
{
	char text[48];
	size_t n = 0;

	for (const char *s = f->e.l->guid; *s; s++)
		if (!strchr("{}-", *s))
			text[n++] = (char) (*s | (*s >= 'A' ? 0x20 : 0));
	snprintf(text + n, sizeof(text) - n, ":1");
	return edit_set_property(&f->i, "vti_versionhistory", text);
}

static int fill(struct filling *f, char **words, int n)
{
	int r = 0;

	for (int k = 0; r >= 0 && k < n; k++) {
		char *value = strchr(words[k], '=');

		if (!value)
			return -EINVAL;
		*value++ = '\0';
		f->e.all_day |= strcmp(words[k], "fAllDayEvent") == 0 && *value == '1';
		r = set_word(f, words[k], value);
		if (r == -EINVAL && !strchr(words[k], ':') && !list_field(f->e.l, words[k]))
			r = 0; /* this product version has no such column */
		else if (r < 0)
			log_error("the sample's %s is no value of %s", value, words[k]);
	}
	return r;
}

static int add_item(struct model *m, struct list *l, const char *vals)
{
	CLEANUP(str_free_p) char *copy = strdup(vals);
	char *words[WORDS_MAX];
	struct filling f = { .i = ITEM_INIT };
	int n = copy ? words_split(copy, words, WORDS_MAX) : -ENOMEM;
	int r;

	f.e = (struct edit) { .m = m, .l = l, .who = m->people[0], .now = SAMPLE_EPOCH, .utc = false, .system = true };
	r = n < 0 ? n : item_start(l, m->people[0]->id, SAMPLE_EPOCH, &f.i);
	if (r >= 0)
		r = fill(&f, words, n);
	if (r >= 0 && f.i.modified < f.i.created)
		f.i.modified = f.i.doc_modified = f.i.created;
	if (r >= 0)
		r = set_history(&f);
	if (r >= 0 && !f.i.folder)
		r = edit_defaults(&f.e, &f.i);
	if (r >= 0)
		r = edit_compute(&f.e, &f.i);
	if (r >= 0)
		r = edit_insert(&f.e, &f.i);
	item_release(&f.i);
	return r;
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* A lookup's target is written as a title in the samples. */
static int add_field(struct list *l, struct xml *def)
{
	const char *target = xml_attr(def, "List");
	const struct list *other = target && strcmp(target, "UserInfo") != 0 ? site_list(l->site, target) : NULL;
	char id[GUID_SIZE];
	int r = 0;

	model_guid(l->guid, xml_attr(def, "Name"), id);
	if (other)
		r = xml_set_attr(def, "List", other->guid);
	if (r >= 0)
		return list_own_field(l, def, id);
	xml_free(def);
	return r;
}

static int add_to_view(struct list *l, const char *name)
{
	char *text = str_printf("%s %s", l->view_fields, name);

	if (!text)
		return -ENOMEM;
	free(l->view_fields);
	l->view_fields = text;
	return 0;
}

static int add_fields(struct model *m, struct list *l)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	size_t n_base = l->n_fields;
	int r = db_ask(m->db, &st, SAMPLE_FIELDS_OF, "s", l->title);

	while (r >= 0 && (r = db_step(st)) > 0) {
		struct xml *def = NULL;

		r = xml_parse(db_text(st, 0), strlen(db_text(st, 0)), &def);
		if (r >= 0)
			r = add_to_view(l, xml_attr(def, "Name"));
		if (r >= 0)
			r = add_field(l, def);
		else
			xml_free(def);
	}
	if (r < 0 || l->n_fields == n_base)
		return r;
	l->version++;
	return list_save_fields(m, l);
}

static int make_list(struct model *m, struct site *s, int number, const char *title, const char *description,
		     struct list **ret)
{
	char guid[GUID_SIZE];
	struct tmpl_order o = { .site = s, .number = number, .title = title, .description = description, .guid = guid,
				.author = m->people[0]->id, .now = SAMPLE_EPOCH };
	int r;

	model_guid(s->path, title, guid);
	r = tmpl_make_list(m, &o, ret);
	return r < 0 ? r : add_fields(m, *ret);
}

static int add_items(struct model *m, struct list *l)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, SAMPLES_OF, "s", l->title);

	while (r >= 0 && (r = db_step(st)) > 0)
		r = add_item(m, l, db_text(st, 0));
	return r;
}

int sample_lists(struct model *m, struct site *s)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, SAMPLE_LISTS_ALL, "");

	while (r >= 0 && (r = db_step(st)) > 0) {
		struct list *l = NULL;

		r = make_list(m, s, (int) db_int(st, 0), db_text(st, 1), db_text(st, 2), &l);
		if (r >= 0)
			r = add_items(m, l);
		if (r < 0)
			log_error("the sample list %s cannot be made", db_text(st, 1));
	}
	return r;
}

/* ---- people as a list, and many items ------------------------------------------------------------ */

static int add_person(struct model *m, struct list *l, const struct person *p)
{
	struct edit e = { .m = m, .l = l, .who = p, .now = SAMPLE_EPOCH, .system = true };
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	int r;

	l->next_item = p->id; /* an item's id is the person's */
	r = item_start(l, PERSON_SYSTEM, SAMPLE_EPOCH, &i);
	if (r >= 0)
		r = edit_set(&e, &i, "Title", p->name);
	if (r >= 0)
		r = edit_set(&e, &i, "Name", p->login);
	if (r >= 0)
		r = edit_set(&e, &i, "EMail", p->email);
	return r < 0 ? r : edit_insert(&e, &i);
}

int sample_person(struct model *m, struct site *s, const struct person *p)
{
	struct list *l = site_list(s, "UserInfo");

	return l ? add_person(m, l, p) : 0;
}

int sample_site(struct model *m, struct site *s)
{
	CLEANUP(db_done_p) struct stmt *st = NULL;
	int r = db_ask(m->db, &st, SITE_LISTS_ALL, "");

	while (r >= 0 && (r = db_step(st)) > 0) {
		struct list *l = NULL;

		r = make_list(m, s, (int) db_int(st, 0), db_text(st, 1), db_text(st, 2), &l);
		if (r == -ENOENT) /* this product version has no such list */
			r = 0;
	}
	for (size_t i = 0; r >= 0 && i < m->n_people; i++)
		r = sample_person(m, s, m->people[i]);
	return r;
}

static int add_numbered(struct edit *e, int64_t n)
{
	static const char *const states[] = { "Open", "Done", "Waiting" };
	CLEANUP(item_release_p) struct item i = ITEM_INIT;
	char text[200], due[CLOCK_ISO_SIZE];
	int r = item_start(e->l, e->who->id, SAMPLE_EPOCH + n % 7000000, &i);

	snprintf(text, sizeof(text), "Item %06lld", (long long) n);
	if (r >= 0)
		r = edit_set(e, &i, "Title", text);
	snprintf(text, sizeof(text), "%lld", (long long) n);
	if (r >= 0)
		r = edit_set(e, &i, "Number", text);
	if (r >= 0)
		r = edit_set(e, &i, "Status", states[n % 3]);
	clock_format_iso(SAMPLE_EPOCH + n % 1000 * 86400, due);
	if (r >= 0)
		r = edit_set(e, &i, "Due", due);
	snprintf(text, sizeof(text), "This is number %lld of many.\nIts square is %lld.\n", (long long) n,
		 (long long) (n * n));
	if (r >= 0)
		r = edit_set(e, &i, "Notes", text);
	return r < 0 ? r : edit_insert(e, &i);
}

int sample_big_list(struct model *m, struct site *s, int64_t n)
{
	struct list *l = NULL;
	int r = make_list(m, s, TMPL_CUSTOM, "Big list", "Many items.", &l);
	struct edit e = { .m = m, .l = l, .who = m->people[0], .now = SAMPLE_EPOCH, .system = true };

	for (int64_t i = 1; r >= 0 && i <= n; i++)
		r = add_numbered(&e, i);
	return r;
}
