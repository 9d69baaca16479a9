#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "change.h"
#include "checkout.h"
#include "ctypes.h"
#include "db.h"
#include "edit.h"
#include "item.h"
#include "opts.h"
#include "perm.h"
#include "series.h"
#include "server.h"
#include "tmpl.h"
#include "words.h"
#include "xml.h"

/* The commands of POST /_demo/do: what other people, administrators and accidents do to a site. */

#define WORDS_MAX 64

/* One command in the making. */
struct doing {
	struct server *s;
	struct list *l;    /* the list that word 1 means, where the command has one */
	struct item i;     /* the item that word 2 means, where it has one */
	struct edit e;
	char **w;
	int n;
	char *error; /* 256 bytes */
};

static int fail(struct doing *d, const char *why)
{
	snprintf(d->error, 256, "%s", why);
	return -EINVAL;
}

static struct list *find_list(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->n_sites; i++) {
		struct list *l = site_list(m->sites[i], name);

		if (l)
			return l;
	}
	return NULL;
}

/* NAME=VALUE from word `from` on; "bag:NAME=VALUE" is a property. */
static int set_values(struct doing *d, int from)
{
	int r = 0;

	for (int k = from; r >= 0 && k < d->n; k++) {
		char *value = strchr(d->w[k], '=');

		if (!value)
			return fail(d, "NAME=VALUE expected");
		*value++ = '\0';
		if (str_starts(d->w[k], "bag:"))
			r = edit_set_property(&d->i, d->w[k] + 4, value);
		else
			r = edit_set(&d->e, &d->i, d->w[k], value);
	}
	if (r >= 0)
		r = edit_compute(&d->e, &d->i);
	return r == -EINVAL ? fail(d, d->e.refusal.text ? d->e.refusal.text : "refused") : r;
}

/* A number for one of the server's own settings. */
static int get_number(struct doing *d, int word, int64_t *ret)
{
	return str_to_i64(d->w[word], ret) < 0 || *ret < 0 ? fail(d, "a number expected") : 0;
}

static int do_add(struct doing *d)
{
	int r = item_start(d->l, d->e.who->id, d->e.now, &d->i);

	if (r >= 0)
		r = set_values(d, 2);
	if (r >= 0 && !d->i.folder)
		r = edit_defaults(&d->e, &d->i);
	return r < 0 ? r : edit_insert(&d->e, &d->i);
}

/* A document that nobody has written: it has what its name says, in that many bytes. */
static int do_add_document(struct doing *d)
{
	int r = item_start(d->l, d->e.who->id, d->e.now, &d->i);

	if (r >= 0)
		r = get_number(d, 3, &d->i.size);
	if (r >= 0)
		r = str_set(&d->i.leaf, d->w[2]);
	if (r >= 0)
		r = edit_defaults(&d->e, &d->i);
	if (r >= 0)
		r = edit_compute(&d->e, &d->i);
	return r < 0 ? r : edit_insert(&d->e, &d->i);
}

static int do_update(struct doing *d)
{
	int r = set_values(d, 3);

	return r < 0 ? r : edit_update(&d->e, &d->i, EDIT_NORMAL);
}

/* Columns that users may not set, too: the server itself does it. */
static int do_system_update(struct doing *d)
{
	int r;

	d->e.system = true;
	r = set_values(d, 3);
	return r < 0 ? r : edit_update(&d->e, &d->i, EDIT_SYSTEM);
}

static int do_rename(struct doing *d)
{
	int r = edit_move(&d->e, &d->i, NULL, d->w[3]);

	return r == -EINVAL ? fail(d, "no such name") : r < 0 ? r : edit_update(&d->e, &d->i, EDIT_RENAME);
}

static int do_delete(struct doing *d)
{
	int r = d->i.bin ? fail(d, "deleted already") : series_before_delete(&d->e, &d->i);

	return r < 0 ? r : edit_delete(&d->e, &d->i);
}

static int do_restore(struct doing *d)
{
	return d->i.bin ? edit_restore(&d->e, &d->i) : fail(d, "not deleted");
}

/* Into another list, under a new id: [MS-LISTSWS] 2.2.4.13, MoveAway. */
static int do_move_away(struct doing *d)
{
	struct list *to = find_list(&d->s->model, d->w[3]);
	struct edit e = d->e;
	CLEANUP(item_release_p) struct item copy = ITEM_INIT;
	char where[256];
	int r;

	if (!to || to == d->l)
		return fail(d, "no such other list");
	e.l = to;
	r = item_start(to, d->e.who->id, d->e.now, &copy);
	if (r >= 0)
		r = pairs_copy(&copy.vals, &d->i.vals);
	if (r >= 0)
		r = edit_insert(&e, &copy);
	if (r < 0)
		return r;
	snprintf(where, sizeof(where), "%s %lld", to->guid, (long long) copy.id);
	d->i.bin = true;
	d->l->items--;
	r = item_put(d->s->db, &d->i);
	if (r >= 0)
		r = db_run(d->s->db, CHANGE_ADD, "iiisss", d->l->id, change_ticks(), d->i.id, "MoveAway", d->i.uid,
			   where);
	return r < 0 ? r : list_save(d->e.m, d->l);
}

static int do_attach(struct doing *d)
{
	char guid[GUID_SIZE];
	int r = guid_new(guid);

	if (r >= 0)
		r = db_run(d->s->db, ATTACHMENT_PUT, "iissiib", d->i.list, d->i.id, d->w[3], guid, INT64_C(1), d->e.now,
			   (const void *) d->w[4], strlen(d->w[4]));
	d->i.attachments++;
	return r < 0 ? r : edit_update(&d->e, &d->i, EDIT_NORMAL);
}

static int do_check_out(struct doing *d)
{
	if (!tmpl_is_library(d->l) || d->i.folder || checkout_person(&d->i))
		return fail(d, "it is no document that could be checked out");
	return checkout_begin(&d->e, &d->i, false);
}

static int do_delete_list(struct doing *d)
{
	return list_remove(&d->s->model, d->l);
}

static int do_restore_list(struct doing *d)
{
	return change_add(d->s->db, d->l, NULL, "RestoreList");
}

static int do_add_list(struct doing *d)
{
	struct list *l;
	int64_t number;
	int r = get_number(d, 1, &number);
	struct tmpl_order o = { .site = d->s->model.sites[0], .number = (int) number, .title = d->w[2],
				.author = d->e.who->id, .now = d->e.now };

	if (r >= 0)
		r = tmpl_make_list(&d->s->model, &o, &l);
	return r == -ENOENT ? fail(d, "no such template") : r == -EEXIST ? fail(d, "the title is taken") : r;
}

static int save_schema(struct doing *d)
{
	return list_schema_changed(&d->s->model, d->l, d->e.now);
}

static int do_retitle(struct doing *d)
{
	int r = str_set(&d->l->title, d->w[2]);

	return r < 0 ? r : save_schema(d);
}

static int do_add_field(struct doing *d)
{
	struct xml *x = xml_new("Field");
	int r = x ? xml_set_attr(x, "Type", d->w[3]) : -ENOMEM;

	if (r >= 0)
		r = xml_set_attr(x, "DisplayName", d->w[2]);
	if (r >= 0)
		r = xml_set_attr(x, "Name", d->w[2]);
	for (int k = 4; r >= 0 && k < d->n; k++) {
		char *value = strchr(d->w[k], '=');

		if (value)
			*value++ = '\0';
		r = xml_set_attr(x, d->w[k], value ? value : "");
	}
	if (r < 0) {
		xml_free(x);
		return r;
	}
	r = list_own_field(d->l, x, NULL);
	return r == -EEXIST ? fail(d, "there is such a field") : r < 0 ? r : save_schema(d);
}

static int do_drop_field(struct doing *d)
{
	int r = list_drop_field(d->l, d->w[2]);

	return r == -ENOENT ? fail(d, "no such field") : r < 0 ? r : save_schema(d);
}

static int do_set(struct doing *d)
{
	int r = 0;

	for (int k = 2; r >= 0 && k < d->n; k++) {
		char *value = strchr(d->w[k], '=');

		if (!value)
			return fail(d, "NAME=VALUE expected");
		*value++ = '\0';
		r = pairs_set(&d->l->props, d->w[k], value);
	}
	return r < 0 ? r : save_schema(d);
}

/* Into the list's property bag; KEY_file=NAME with a content after it is a file. */
/* Into a property bag, a list's or a site's. */
static int set_property(struct doing *d, struct pairs *bag)
{
	char *value = strchr(d->w[2], '=');
	CLEANUP(str_free_p) char *file = NULL;
	CLEANUP(str_free_p) char *key = NULL;
	int r;

	if (!value)
		return fail(d, "NAME=VALUE expected");
	*value++ = '\0';
	key = str_printf(LIST_BAG "%s", d->w[2]);
	file = str_printf(LIST_FILE "%s", value);
	if (!key || !file)
		return -ENOMEM;
	r = pairs_set(bag, key, value);
	return r >= 0 && d->n > 3 ? pairs_set(bag, file, d->w[3]) : r;
}

static int do_property(struct doing *d)
{
	int r = set_property(d, &d->l->props);

	return r < 0 ? r : list_save(&d->s->model, d->l);
}

static int do_site_property(struct doing *d)
{
	struct site *s = model_site(&d->s->model, strcmp(d->w[1], "/") == 0 ? "" : d->w[1]);
	int r = s ? set_property(d, &s->bag) : fail(d, "no such site");

	return r < 0 ? r : site_save_bag(&d->s->model, s);
}

/* Attributes of a content type of the list, found by its name. */
static int do_set_type(struct doing *d)
{
	struct xml *x = NULL;
	int r = 0;

	for (size_t i = 0; !x && i < d->l->n_ctypes; i++)
		if (str_eq(xml_attr(d->l->ctypes[i], "Name"), d->w[2]))
			x = d->l->ctypes[i];
	if (!x)
		return fail(d, "no such content type");
	for (int k = 3; r >= 0 && k < d->n; k++) {
		char *value = strchr(d->w[k], '=');

		if (!value)
			return fail(d, "NAME=VALUE expected");
		*value++ = '\0';
		r = xml_set_attr(x, d->w[k], value);
	}
	return r < 0 ? r : ctype_save(&d->s->model, d->l);
}

static int do_rights(struct doing *d)
{
	uint64_t mask;
	int r = str_to_u64(d->w[2], &mask) < 0 ? fail(d, "a mask expected") : 0;

	if (r >= 0)
		r = pairs_set(&d->l->props, OWN_RIGHTS, mask == PERM_FULL ? NULL : d->w[2]);
	return r < 0 ? r : list_save(&d->s->model, d->l);
}

/* The list has scopes of its own from then on ([MS-LISTSWS] 2.2.4.11 HasUniqueScopes). */
static int do_item_rights(struct doing *d)
{
	uint64_t mask;
	int r = str_to_u64(d->w[3], &mask) < 0 ? fail(d, "a mask expected") : 0;

	if (r >= 0)
		r = pairs_set(&d->i.vals, OWN_RIGHTS, mask == PERM_FULL ? NULL : d->w[3]);
	if (r >= 0)
		r = item_put(d->s->db, &d->i);
	if (r >= 0)
		r = pairs_set(&d->l->props, "HasUniqueScopes", "True");
	return r < 0 ? r : list_save(&d->s->model, d->l);
}

static int do_role(struct doing *d)
{
	static const char *const roles[] = { "reader", "contributor", "owner" };
	struct person *p = model_person_named(&d->s->model, d->w[1]);

	for (int k = 0; p && k < 3; k++)
		if (strcmp(roles[k], d->w[2]) == 0) {
			p->role = (enum role) k;
			return 0;
		}
	return fail(d, "no such person or role");
}

static int do_habit(struct doing *d)
{
	for (int k = 1; k < d->n; k++) {
		char *value = strchr(d->w[k], '=');

		if (!value)
			return fail(d, "NAME=VALUE expected");
		*value++ = '\0';
		if (habits_set(&d->s->habits, d->w[k], value) < 0)
			return fail(d, "no such habit, or no such value of it");
	}
	return 0;
}

static int do_trim_log(struct doing *d)
{
	return change_trim(d->s->db);
}

/* The time as in --retention, and as many changes at most. */
static int do_retention(struct doing *d)
{
	int64_t age, entries = 0;
	int r = opts_duration(d->w[1], &age);

	if (r == -EINVAL)
		return fail(d, "a time like 60, 5s or 2h expected");
	if (r >= 0 && d->n > 2)
		r = get_number(d, 2, &entries);
	if (r < 0)
		return r;
	d->s->model.log_age = age * TICKS_A_SECOND;
	d->s->model.log_entries = entries;
	return 0;
}

static int do_latency(struct doing *d)
{
	int64_t n;
	int r = get_number(d, 1, &n);

	if (r < 0)
		return r;
	lock_take(&d->s->idle);
	d->s->latency = n;
	lock_give(&d->s->idle);
	return 0;
}

static int do_zone(struct doing *d)
{
	return zones_set(&d->s->model.zones, d->w[1], d->w[2]) < 0 ? fail(d, "no such zone, or no address") : 0;
}

static int do_threshold(struct doing *d)
{
	int64_t n;
	int r = get_number(d, 1, &n);

	if (r >= 0)
		d->s->threshold = n < INT32_MAX ? (int) n : INT32_MAX;
	return r;
}

/* What word 1 and word 2 are. */
enum subject { NOTHING, LIST, ITEM };

static const struct {
	const char *name;
	enum subject subject;
	int words; /* at least, the name included */
	int (*run)(struct doing *d);
} commands[] = {
	{ "add", LIST, 2, do_add },
	{ "add-document", LIST, 4, do_add_document },
	{ "update", ITEM, 4, do_update },
	{ "system-update", ITEM, 4, do_system_update },
	{ "rename", ITEM, 4, do_rename },
	{ "delete", ITEM, 3, do_delete },
	{ "restore", ITEM, 3, do_restore },
	{ "move-away", ITEM, 4, do_move_away },
	{ "attach", ITEM, 5, do_attach },
	{ "check-out", ITEM, 3, do_check_out },
	{ "add-list", NOTHING, 3, do_add_list },
	{ "delete-list", LIST, 2, do_delete_list },
	{ "restore-list", LIST, 2, do_restore_list },
	{ "retitle", LIST, 3, do_retitle },
	{ "add-field", LIST, 4, do_add_field },
	{ "drop-field", LIST, 3, do_drop_field },
	{ "set", LIST, 3, do_set },
	{ "set-type", LIST, 4, do_set_type },
	{ "property", LIST, 3, do_property },
	{ "site-property", NOTHING, 3, do_site_property },
	{ "rights", LIST, 3, do_rights },
	{ "item-rights", ITEM, 4, do_item_rights },
	{ "role", NOTHING, 3, do_role },
	{ "habit", NOTHING, 2, do_habit },
	{ "trim-log", NOTHING, 1, do_trim_log },
	{ "retention", NOTHING, 2, do_retention },
	{ "latency", NOTHING, 2, do_latency },
	{ "zone", NOTHING, 3, do_zone },
	{ "threshold", NOTHING, 2, do_threshold },
};

static int find_subject(struct doing *d, enum subject subject)
{
	int64_t id;
	int r;

	if (subject == NOTHING)
		return 0;
	d->l = find_list(&d->s->model, d->w[1]);
	d->e.l = d->l;
	if (!d->l)
		return fail(d, "no such list");
	if (subject == LIST)
		return 0;
	r = str_to_i64(d->w[2], &id) < 0 ? -ENOENT : item_get_any(d->s->db, d->l, id, &d->i);
	return r == -ENOENT ? fail(d, "no such item") : r;
}

static int run(struct doing *d)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		int r;

		if (strcmp(commands[i].name, d->w[0]) != 0)
			continue;
		if (d->n < commands[i].words)
			return fail(d, "words are missing");
		r = find_subject(d, commands[i].subject);
		return r < 0 ? r : commands[i].run(d);
	}
	return fail(d, "no such command");
}

/* Other people's changes are Max's. */
#define PERSON_OTHER 15

int do_command(struct server *s, const char *line, char error[256])
{
	CLEANUP(str_free_p) char *copy = strdup(line);
	char *words[WORDS_MAX];
	struct doing d = { .s = s, .i = ITEM_INIT, .w = words, .error = error };
	int r = copy ? 0 : -ENOMEM;

	*error = '\0';
	d.n = copy ? words_split(copy, words, WORDS_MAX) : 0;
	if (d.n < 0)
		return fail(&d, "a quote does not end, or there are too many words");
	if (r < 0 || d.n == 0)
		return r;
	lock_take(&s->lock);
	d.e = (struct edit) { .m = &s->model, .who = model_person(&s->model, PERSON_OTHER),
			      .now = clock_now_ns() / 1000000000, .utc = true };
	if (!d.e.who)
		d.e.who = s->model.people[0];
	r = db_begin(s->db);
	if (r >= 0)
		r = db_end(s->db, run(&d));
	lock_give(&s->lock);
	item_release(&d.i);
	return r;
}
