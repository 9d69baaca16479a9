#ifndef DEMO_MODEL_H
#define DEMO_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/guid.h"
#include "pairs.h"
#include "zone.h"

struct davlocks;
struct db;
struct map;
struct xml;

/*
 * What the server knows by heart: people, sites, lists and their columns.
 * Items stay in the database. Everything here is read and changed under the
 * server's lock only.
 */

enum role { ROLE_READER, ROLE_CONTRIBUTOR, ROLE_OWNER };

struct person {
	int64_t id;
	char *login; /* owned, like the rest: "CONTOSO\jroe" */
	char *name;
	char *email;
	char *title;
	char *password; /* NULL: cannot log in */
	enum role role;
};

/* What is known of somebody new. */
struct person_facts {
	int64_t id; /* 0: the next free one */
	const char *login, *name, *email, *title;
};

struct ftype;
struct sysfield;

/* A column of a list. All owned. */
struct field {
	struct xml *def; /* the Field element */
	char *text;      /* the same, serialised */
	const char *name;    /* in def */
	const char *display; /* in def */
	const struct ftype *type;
	const struct sysfield *sys; /* works the value out of the item; NULL: it is stored */
	char target[GUID_SIZE]; /* a lookup's list; "" when it is not a list */
	bool read_only;
	bool required;
	bool date_only;
	bool floating; /* a time of an all-day event has no zone */
};

struct list {
	int64_t id;
	struct site *site; /* foreign */
	char guid[GUID_SIZE];
	char *title; /* owned, like the rest */
	char *description;
	int template;
	int base; /* BaseType: LIST_... */
	char *root; /* "sites/team/Lists/Tasks" */
	int64_t created, modified, deleted;
	int64_t version; /* of the schema */
	int64_t author;
	int64_t next_item;
	int64_t items;
	char view[GUID_SIZE];
	char *view_fields; /* names, blanks between */
	struct pairs props;
	struct field **fields;
	size_t n_fields, cap_fields;
	struct map *by_name; /* of fields */
	struct xml **ctypes; /* see ctypes.h */
	size_t n_ctypes, cap_ctypes;
};

struct site {
	int64_t id;
	char *path; /* "/sites/team", "" for the root; owned */
	char *title;
	char web[GUID_SIZE];
	char scope[GUID_SIZE];
	int64_t created;
	struct pairs bag; /* its property bag: as LIST_BAG and LIST_FILE in a list's props */
	struct list **lists; /* owned */
	size_t n_lists, cap_lists;
};

struct model {
	struct db *db; /* foreign */
	struct davlocks *locks; /* foreign */
	int version;   /* product: 12, 14, 15, 16, PRODUCT_2019, PRODUCT_SE */
	bool wss2;     /* and of 12 only the operations that Windows SharePoint Services 2.0 (2003) had */
	struct zones zones;
	int64_t log_age;     /* how long the change log remembers, ticks; 0: for ever */
	int64_t log_entries; /* and how many changes at most; 0: any number */
	struct site **sites;
	size_t n_sites, cap_sites;
	struct person **people;
	size_t n_people, cap_people;
};

/* BaseType of lists that are not plain ones. */
#define LIST_LIBRARY 1
#define LIST_SURVEY 4
#define LIST_ISSUES 5

/* Later products call themselves 16 too. */
#define PRODUCT_2003 11 /* on the command line only: 12, and wss2 */
#define PRODUCT_2019 17
#define PRODUCT_SE 18

/* The user of a server without logins, and of what it does itself. */
#define PERSON_SYSTEM INT64_C(1073741823)
#define PERSON_DEFAULT INT64_C(12)

/* Reads everything from the database. 0 or -errno. */
MUST_CHECK int model_load(struct model *m);
void model_release(struct model *m);

/* Stores what is in the site's property bag. 0 or -errno. */
MUST_CHECK int site_save_bag(struct model *m, struct site *s);

/* NULL: there is none. */
struct site *model_site(const struct model *m, const char *path);
struct person *model_person(const struct model *m, int64_t id);

/* By login, with or without the domain, mail address or name; NULL: none. */
struct person *model_person_named(const struct model *m, const char *name);

/* Adds and stores; 0 or -errno. Somebody new is an owner who cannot log in. */
MUST_CHECK int model_add_site(struct model *m, const char *path, const char *title, struct site **ret);
MUST_CHECK int model_add_person(struct model *m, const struct person_facts *p, struct person **ret);

/*
 * What a client calls a list: its GUID in any case and form, else its title
 * ([MS-LISTSWS] 3.1.4). "UserInfo" is the list of people. NULL: none.
 */
struct list *site_list(const struct site *s, const char *name);
struct list *site_list_by_guid(const struct site *s, const char *guid);

/* Takes ownership; 0 or -ENOMEM. */
MUST_CHECK int site_add_list(struct site *s, struct list *l);

/* Removes from the site and frees; its rows in the database are the caller's business. */
void site_drop_list(struct site *s, struct list *l);

struct list *list_free(struct list *l);
DEFINE_CLEANUP(struct list *, list_free);

/* By internal name; NULL: none. */
struct field *list_field(const struct list *l, const char *name);

/* In list.props, beside the List attributes: what the list's property bag holds ([MS-LISTSWS] 3.1.4.20), and the
 * contents of the files that it names. */
#define LIST_BAG "bag:"
#define LIST_FILE "file:"

/* A List attribute that was set for this list or its template; NULL: the usual. */
const char *list_prop(const struct list *l, const char *name);
bool list_prop_is(const struct list *l, const char *name, bool usual);

/* Parses a Field element, adds what the server always adds (SourceID, StaticName, ColName, ID)
 * and puts it at the end. 0, -EINVAL (no name or type), -EEXIST (name taken), -ENOMEM. */
MUST_CHECK int list_add_field(struct list *l, const char *xml);

/* The same with a parsed element, which is the list's from now on, also after a failure. */
MUST_CHECK int list_take_field(struct list *l, struct xml *def);

/* A column that somebody made, not SharePoint: its source is the list. id NULL: its own, or a fresh one. It
 * goes where such columns stand: before what the server works out. Ownership and errors as list_take_field. */
MUST_CHECK int list_own_field(struct list *l, struct xml *def, const char *id);

/* Removes a column. 0, -ENOENT. Values that items have stay where they are, unseen. */
MUST_CHECK int list_drop_field(struct list *l, const char *name);

/* Works out text, type and flags anew after def was changed. 0 or -ENOMEM, -EINVAL. */
MUST_CHECK int field_refresh(struct field *f, const struct list *l);

/* Writes the list's row; with fields, the fields too. 0 or -errno. */
MUST_CHECK int list_save(struct model *m, struct list *l);
MUST_CHECK int list_save_fields(struct model *m, struct list *l);

/* The columns, the title or an attribute changed: counts the version up, stores, and tells the change log. */
MUST_CHECK int list_schema_changed(struct model *m, struct list *l, int64_t now);

/* Deletes the list with all that is in it; l is gone after success. 0 or -errno. */
MUST_CHECK int list_remove(struct model *m, struct list *l);

/* Stores a new list and gives it its id. 0 or -errno. */
MUST_CHECK int list_insert(struct model *m, struct list *l);

/* The same GUID for the same words, so that a site that is made anew is known again. */
void model_guid(const char *a, const char *b, char out[GUID_SIZE]);

#endif
