#ifndef MODEL_SAME_H
#define MODEL_SAME_H

#include <stdbool.h>

/*
 * Whether two wire texts mean the same, by kind of value; neither is NULL and
 * they differ as bytes. See field_same() for what counts.
 */
bool same_bytes(const char *a, const char *b);
bool same_number(const char *a, const char *b); /* exact, whatever the number of digits */
bool same_truth(const char *a, const char *b);
bool same_note(const char *a, const char *b);
bool same_lookup(const char *a, const char *b);  /* "id;#text", "id", "text" */
bool same_lookups(const char *a, const char *b); /* "id;#text;#id;#text", in this order */

#endif
