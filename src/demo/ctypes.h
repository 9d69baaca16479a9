#ifndef DEMO_CTYPES_H
#define DEMO_CTYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf;
struct list;
struct model;
struct xml;

/*
 * Content types, [MS-WSSCAML] 2.4. Each list has its own, children of those
 * that every site has; the first is what an item is made of when nobody says.
 * An element ContentType holds FieldRefs, and XmlDocuments as they came:
 *
 *	<ContentType ID="0x0108..." Name="Task" Group=... Description=... Version="0">
 *	  <FieldRefs><FieldRef ID="{...}" Name="Title"/>...</FieldRefs>
 *	  <XmlDocuments><XmlDocument NamespaceURI="...">...</XmlDocument></XmlDocuments>
 *	</ContentType>
 */

/* A list has this many at most. */
#define CTYPES_MAX 250

/* "0x" and whole bytes? */
bool ctype_is_id(const char *s);

/* The list's type with that very id; NULL: none. */
struct xml *ctype_find(const struct list *l, const char *id);

/* By name, without regard to case; NULL: none. */
struct xml *ctype_named(const struct list *l, const char *name);

/* The nearest relative among the list's: itself, an ancestor or descendant, the nearest cousin; NULL: none. */
struct xml *ctype_best(const struct list *l, const char *id);

/* Folders are not among what people choose from. */
bool ctype_is_folder(const char *id);

/* The id in the list of a type that every site has ("0x0120"); NULL: the list's first. Owned by the caller.
 * 0; -ENOENT: the list has none like it; -ENOMEM. */
MUST_CHECK int ctype_id(const struct list *l, const char *parent, char **ret);

/* The name that goes with an item's id; "" for an unknown one. */
const char *ctype_name(const struct list *l, const char *id);

/* Makes the list's types from its template: "0x01 Item;0x0120 Folder". 0 or -errno. */
MUST_CHECK int ctype_make_all(struct model *m, struct list *l, const char *ids);

/* Adds a child of a type that every site has. 0; -ENOENT: no such type; -EFBIG; -errno. */
MUST_CHECK int ctype_adopt(struct model *m, struct list *l, const char *parent, struct xml **ret);

/* Adds a child of one of the list's own types, without its documents. 0 or -errno. */
MUST_CHECK int ctype_derive(struct list *l, const struct xml *parent, const char *name, struct xml **ret);

/* Removes and frees it. */
void ctype_drop(struct list *l, struct xml *x);

/* One more edit. 0 or -ENOMEM. */
MUST_CHECK int ctype_touch(struct xml *x);

/* Stores all of a list's; reads them. 0 or -errno. */
MUST_CHECK int ctype_save(struct model *m, const struct list *l);
MUST_CHECK int ctype_load(struct model *m, struct list *l);
void ctype_release(struct list *l);

#endif
