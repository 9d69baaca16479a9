#ifndef DEMO_SYSFIELD_H
#define DEMO_SYSFIELD_H

#include <stdbool.h>

struct buf;
struct item;
struct list;
struct options;
struct call;

/* One item seen by one call. */
struct sight {
	const struct call *c;
	const struct list *l;
	const struct options *o;
	const struct item *i;
};

/* A column whose value is not stored but follows from the item: its id, path, times, rights, and what is
 * computed from other columns ([MS-WSSTS] 2.4.2). write adds the wire form; false: empty. */
struct sysfield {
	const char *name;
	bool (*write)(const struct sight *s, struct buf *out);
};

/* NULL: the column is an ordinary one. */
const struct sysfield *sysfield_find(const char *name);

/* The file name's extension without the dot; "" when there is none. */
const char *sysfield_extension(const struct item *i);

#endif
