#ifndef CTL_JSON_H
#define CTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/*
 * Writes one JSON object (RFC 8259), member after member, in the order of the
 * calls. In an array the key is NULL. Strings that are not UTF-8 (a server's, a
 * file's name) get U+FFFD for each broken byte.
 *
 * An error sticks (-ENOMEM; -EINVAL: a key in an array, none in an object, an end
 * too many, deeper than 16), so that only the dump needs to be asked. NULL as j
 * is an object that could not be made: -ENOMEM.
 */
struct ctl_json;

struct ctl_json *ctl_json_new(void); /* the outermost object, open; NULL: out of memory */
struct ctl_json *ctl_json_free(struct ctl_json *j);
DEFINE_CLEANUP(struct ctl_json *, ctl_json_free);

void ctl_json_str(struct ctl_json *j, const char *key, const char *s); /* s NULL: null */
void ctl_json_int(struct ctl_json *j, const char *key, int64_t v);
void ctl_json_bool(struct ctl_json *j, const char *key, bool v);
void ctl_json_object(struct ctl_json *j, const char *key); /* until ctl_json_end() */
void ctl_json_array(struct ctl_json *j, const char *key);  /* the same */
void ctl_json_end(struct ctl_json *j);

enum ctl_json_form {
	CTL_JSON_LINE,   /* compact, without a newline: an event */
	CTL_JSON_PRETTY, /* indented, with a newline at the end: a file */
};

/* Adds the text; objects and arrays that are still open are shown as they are.
 * 0, the sticking error, -EFBIG (out's ceiling). */
MUST_CHECK int ctl_json_dump(const struct ctl_json *j, enum ctl_json_form form, struct buf *out);

#endif
