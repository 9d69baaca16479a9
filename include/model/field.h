#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf;

/* Columns of a list ([MS-WSSCAML] FieldDefinition, [MS-LISTSWS] 2.2.4.12). */
enum field_type {
	FIELD_UNKNOWN, /* treated as a string, MS-OUTSPS_R103 */
	FIELD_TEXT,
	FIELD_NOTE,
	FIELD_CHOICE,
	FIELD_MULTICHOICE,
	FIELD_BOOLEAN, /* also AllDayEvent, Recurrence, CrossProjectLink */
	FIELD_NUMBER,
	FIELD_CURRENCY,
	FIELD_INTEGER,
	FIELD_DATETIME,
	FIELD_LOOKUP,
	FIELD_LOOKUPMULTI,
	FIELD_USER,
	FIELD_USERMULTI,
	FIELD_URL,
	FIELD_CALCULATED,
	FIELD_COUNTER,
	FIELD_GUID,
	FIELD_ATTACHMENTS,
	FIELD_COMPUTED,
	FIELD_FILE,
	FIELD_MODSTAT,
	FIELD_CONTENTTYPEID,
	FIELD_THREADINDEX,
	FIELD_TYPE_COUNT
};

enum field_flag {
	FIELD_READONLY = 1 << 0,
	FIELD_HIDDEN = 1 << 1,
	FIELD_REQUIRED = 1 << 2,
	FIELD_RICHTEXT = 1 << 3,
	FIELD_APPENDONLY = 1 << 4,
	FIELD_DATEONLY = 1 << 5,
	FIELD_PERCENTAGE = 1 << 6,
	FIELD_FILLIN = 1 << 7,      /* a Choice that takes other texts too */
	FIELD_NOT_IN_EDIT = 1 << 8, /* ShowInEditForm="FALSE" */
	FIELD_MULT = 1 << 9,
};

struct field {
	char *id;      /* owned; "{GUID}" upper case, or NULL */
	char *name;    /* owned; internal name, never NULL */
	char *display; /* owned; display name, never NULL */
	char *type_name; /* owned; the Type attribute as sent */
	char *lookup_list; /* owned; List attribute of lookups and users, or NULL */
	char *show_field;  /* owned; ShowField, or NULL */
	char *def;         /* owned; Default, or NULL */
	char **choices;    /* owned, n_choices strings */
	size_t n_choices;
	enum field_type type; /* of Type and Mult together */
	unsigned flags;       /* enum field_flag */
};

struct schema_shared;

/* The fields of one list, in the server's order. */
struct schema {
	struct field *f; /* owned; those of `shared` are not changed; schema_add() makes them its own */
	size_t n;
	size_t cap;
	struct schema_shared *shared; /* refd; whose fields they are; NULL: nobody else's */
};

#define SCHEMA_INIT { 0 }

/* "Note" -> FIELD_NOTE, exact case; FIELD_UNKNOWN for others. */
enum field_type field_type_of(const char *name);

void field_release(struct field *f);
void schema_release(struct schema *s);
static inline void schema_release_p(struct schema *s)
{
	schema_release(s);
}

/* Appends an empty field (strings NULL) and returns it, valid until the next addition; NULL: out of memory. */
struct field *schema_add(struct schema *s);

/* By internal name, exact case; NULL. */
const struct field *schema_find(const struct schema *s, const char *name);

/* By GUID first, then by internal name (MS-OUTSPS_R163, R161); id may be NULL. */
const struct field *schema_match(const struct schema *s, const char *id, const char *name);

/* The field that [MS-OUTSPS] 3.2.4.2 calls `name`: by the GUID that it has there, else by internal name; NULL. */
const struct field *schema_known(const struct schema *s, const char *name);

/* What [MS-OUTSPS] 3.2.4.2 calls the field: the other direction; the internal name of a field that it does not have. */
const char *field_known_name(const struct field *f);

/* Whether people may change it in a form: not Hidden, not ReadOnly, shown when
 * editing, and of a type that has a text. */
bool field_editable(const struct field *f);

/* 1 or 0 for a boolean's wire value, where every number but 0 is true (MS-OUTSPS_R985); -1: it is none. */
int field_truth(const char *wire);

/*
 * Whether two wire values of a field mean the same: numbers without trailing zeros,
 * Notes without carriage returns and trailing blanks, lookups and users by id (a side
 * without an id by its text), booleans by truth, the rest byte by byte. NULL is "".
 * An empty number or boolean differs from 0: a new item would get its default.
 */
bool field_same(const struct field *f, const char *a, const char *b);

/* To and from the form in the database. 0, -ENOMEM, -EFBIG (out's ceiling); unpack also -EUCLEAN,
 * then ret is untouched. */
MUST_CHECK int schema_pack(const struct schema *s, struct buf *out);
MUST_CHECK int schema_unpack(const void *p, size_t n, struct schema *ret);

/* What was unpacked last. Whoever reads the same bytes again, and few things are read as often as a list's row, shares it. */
struct schema_memory {
	void *bytes; /* owned */
	size_t n;
	struct schema schema; /* owned */
};

/* schema_unpack() with such a memory, whose lock the caller holds. What it gave out may be used and released by any thread. */
MUST_CHECK int schema_recall(const void *p, size_t n, struct schema_memory *m, struct schema *ret);
void schema_memory_release(struct schema_memory *m);

#endif
