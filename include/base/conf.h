#ifndef BASE_CONF_H
#define BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/err.h"

struct buf;

/*
 * Configuration files in git's syntax:
 *
 *	# a comment                     ; another
 *	[defaults]
 *		wait = 5s
 *	[list "Team \"A\" Tasks"]       the quoted part is the section's subject
 *		title = "  blanks kept  "   ; a quoted value; \" \\ \n \t \b are escapes
 *		offline                     ; no '=': the same as `= true`
 *
 * Section and key names ignore case (they are kept in lower case), subjects do
 * not. A value ends at the line's end, at # or ; outside quotes, and goes on
 * after a backslash at the line's end. A section may be written several times:
 * each occurrence stands for itself here. Pure: text in, text out; nobody here
 * knows which keys exist.
 */
struct conf_section {
	char *name;    /* owned; "list" */
	char *subject; /* owned; NULL: none */
	int line;
	size_t begin;  /* of its header in the text, in bytes */
	size_t end;    /* behind its last key (or header), line end included */
};

struct conf_entry {
	size_t section; /* index */
	char *key;      /* owned */
	char *value;    /* owned; never NULL */
	int line;
	size_t begin;   /* of its line */
	size_t end;     /* behind it, line end and continuations included */
	bool assigned;  /* there is an '=' */
	size_t value_begin, value_end; /* of the value as it is written, quotes included; behind the key without '=' */
};

struct conf {
	char *file; /* owned; as it is called in messages */
	struct conf_section *sections; /* owned */
	size_t n_sections, cap_sections;
	struct conf_entry *entries;    /* owned; in the order of the file */
	size_t n_entries, cap_entries;
};

#define CONF_INIT { 0 }
#define CONF_FILE_MAX (1u << 20) /* bytes of a file */

void conf_release(struct conf *c);
static inline void conf_release_p(struct conf *c)
{
	conf_release(c);
}

/*
 * Reads a text; `file` names it in messages. ret is an initialised, empty conf.
 * 0; -EINVAL with err "FILE:LINE: what"; -ENOMEM; -EFBIG with err (text larger than CONF_FILE_MAX).
 */
MUST_CHECK int conf_parse(const char *file, const char *text, size_t n, struct conf *ret, struct err *err);

/* Reads a file. A missing one is an empty conf. As conf_parse, and -errno of open and read with err. */
MUST_CHECK int conf_read(const char *path, struct conf *ret, struct err *err);

/* The key's last value within one section, or NULL. Valid until c changes. */
const struct conf_entry *conf_find(const struct conf *c, size_t section, const char *key);

/*
 * Copies `text`, which c was parsed from, to out with one key of a section set
 * (value NULL: its last line removed); everything else stays byte for byte, the
 * line's own indentation and comment too. A key that is new is indented as its neighbours are.
 * 0, -ENOMEM, -EFBIG.
 */
MUST_CHECK int conf_set(const struct conf *c, const char *text, size_t n, size_t section, const char *key,
			const char *value, struct buf *out);

/* The same with one more line of a key that may be repeated, behind the section's last. */
MUST_CHECK int conf_append(const struct conf *c, const char *text, size_t n, size_t section, const char *key,
			   const char *value, struct buf *out);

/* The same without the section, from its header to its last key; comments before and behind it stay. */
MUST_CHECK int conf_drop(const struct conf *c, const char *text, size_t n, size_t section, struct buf *out);

/* Adds "[name "subject"]" and "key = value" lines, quoted where they must be. Errors stick in out. */
void conf_add_section(struct buf *out, const char *name, const char *subject);
void conf_add_entry(struct buf *out, const char *key, const char *value);

/* "yes no on off true false 1 0" -> 1 or 0; -EINVAL. */
MUST_CHECK int conf_bool(const char *text);

/* "500M 4G 1T 64k", powers of 1,024; bytes without a unit. 0, -EINVAL, -ERANGE. */
MUST_CHECK int conf_size(const char *text, int64_t *ret_bytes);

/* "500ms 3s 2m 1h 1d", seconds without a unit. Milliseconds; 0, -EINVAL, -ERANGE. */
MUST_CHECK int conf_duration(const char *text, long long *ret_ms);

#endif
