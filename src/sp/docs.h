#ifndef SP_DOCS_H
#define SP_DOCS_H

#include <stdatomic.h>

#include "remote/docs.h"

/*
 * The documents and attachments of a site, as remote/docs.h describes them: plain HTTP and
 * WebDAV on the document's own URL ([MS-WDV], RFC 4918), and Lists.asmx for checking out and
 * for attachments.
 */
extern const struct remote_doc_ops docs_ops;

/* What a host has shown so far: nobody documents it, and proxies decide as well. Only ever goes from
 * false to true. */
struct docs_host {
	atomic_bool ranges;      /* it has answered a range with 206 */
	atomic_bool no_ranges;   /* it has ignored one */
	atomic_bool no_propfind; /* PROPFIND is blocked there */
	atomic_bool new_only;    /* it has refused a PUT with If-None-Match: * of a name that was taken */
};

/* The members of docs_ops that have files of their own; contracts there. */
enum remote_result docs_fetch(struct remote *r, const char *path, int64_t offset, const char *etag,
			      const struct remote_doc_sink *sink, struct remote_doc *ret, const atomic_int *cancel,
			      struct remote_fault *f);
enum remote_result docs_fetch_part(struct remote *r, const char *path, int64_t from, int64_t to, const char *etag,
				   const struct remote_doc_sink *sink, const atomic_int *cancel, struct remote_fault *f);
enum remote_result docs_stat(struct remote *r, const char *path, struct remote_doc *ret, const atomic_int *cancel,
			     struct remote_fault *f);
enum remote_result docs_is_ours(struct remote *r, const char *list_id, int64_t id, bool *ret, const atomic_int *cancel,
				struct remote_fault *f); /* whose.c */
enum remote_result docs_count(struct remote *r, const char *path, int64_t *ret, const atomic_int *cancel,
			      struct remote_fault *f);
enum remote_result docs_store(struct remote *r, const char *path, int fd, int64_t size, const char *if_match,
			      void (*progress)(void *arg, int64_t sent), void *arg, struct remote_doc *ret,
			      const atomic_int *cancel, struct remote_fault *f);

#endif
