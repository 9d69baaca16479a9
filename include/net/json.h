#ifndef NET_JSON_H
#define NET_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct buf;

/*
 * JSON (RFC 8259) of answers and files that hold secrets: whatever memory it takes is
 * overwritten when it is given back. One thread at a time for each document.
 */
struct net_json;

/* A whole document, at most 32 levels deep. NULL: it is none, or out of memory. */
struct net_json *net_json_parse(const void *p, size_t n);

/* A new empty object or array. NULL: out of memory. */
struct net_json *net_json_object(void);
struct net_json *net_json_array(void);

/* For what the three above gave. NULL allowed; returns NULL. */
struct net_json *net_json_free(struct net_json *j);
DEFINE_CLEANUP(struct net_json *, net_json_free);

/* The member's text; NULL: there is none, or it is no text. Valid as long as it is in o, which may be NULL. */
const char *net_json_str(const struct net_json *o, const char *key);

/* The member as a number; one in quotes counts too. `otherwise`: there is none. */
int64_t net_json_int(const struct net_json *o, const char *key, int64_t otherwise);

/* Whether the member is an array that holds this text. */
bool net_json_has(const struct net_json *o, const char *key, const char *text);

/* How many elements an array has; 0 for what is none. */
size_t net_json_count(const struct net_json *a);

/* The i-th, which is foreign: a's. */
struct net_json *net_json_at(const struct net_json *a, size_t i);

/* Sets a member; s NULL takes it away. 0; -ENOMEM; -EINVAL: s is not UTF-8, or o is no object. */
MUST_CHECK int net_json_set_str(struct net_json *o, const char *key, const char *s);
MUST_CHECK int net_json_set_int(struct net_json *o, const char *key, int64_t v);

/* Takes the element o in any case, also when it fails: -ENOMEM. */
MUST_CHECK int net_json_append(struct net_json *a, struct net_json *o);

/* Takes the i-th out and frees it. 0 or -EINVAL. */
MUST_CHECK int net_json_remove(struct net_json *a, size_t i);

/* Adds the text, indented, with a newline. 0, -ENOMEM, -EFBIG (out's ceiling). */
MUST_CHECK int net_json_dump(const struct net_json *j, struct buf *out);

#endif
