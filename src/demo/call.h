#ifndef DEMO_CALL_H
#define DEMO_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/buf.h"
#include "model.h"

struct db;
struct habits;
struct op;
struct xml;

/* Things that a script asks an answer to do that a healthy server would not; see script.h. */
struct quirks {
	bool invalid_token;     /* every change token is too old */
	bool restore_list;      /* the list was restored from a backup */
	bool resend_schema;     /* the list's schema counts as changed */
	bool duplicate;         /* an attribute of each row stands twice */
	bool control;           /* values carry characters that XML does not allow */
	bool no_alternate_urls; /* as Online does */
	bool bare_fault;        /* faults have no detail */
	bool upper_codes;       /* error codes with upper-case digits */
	bool localised;         /* error texts in another language */
	bool empty_attributes;  /* empty columns as "" */
	bool reverse_rows;
	bool no_more_flag;      /* FALSE where MoreChanges could be absent */
	bool rename_ids;        /* changed items as Rename, without rows */
	bool system_ids;        /* changed items as SystemUpdate, without rows */
	const char *permissions; /* text of EffectivePermMask; NULL: the truth */
	int64_t min_sync, recommended_sync; /* minutes and seconds; < 0: the usual */
	int64_t bulk; /* MaxBulkDocumentSyncSize, megabytes; < 0: the usual */
};

/* A SOAP fault: what is in its detail. */
struct fault {
	bool set;
	uint32_t code; /* 0: it has none */
	bool client;   /* the request is to blame: soap:Client, no detail */
	bool header;   /* and of it a header that has to be understood: soap:MustUnderstand */
	char text[1024];
};

/*
 * One call of an operation: who, where, with what, and where the answer goes.
 * Lives in one thread, under the server's lock.
 */
struct call {
	struct model *m; /* foreign, like the rest */
	struct db *db;
	struct site *site;
	const struct person *person;
	const struct op *op;
	const struct xml *args;
	const char *base; /* "http://host:8080" */
	int64_t now;      /* seconds since 1970 */
	const struct habits *habits;
	int threshold;    /* list view threshold; rows that a query may touch */
	struct quirks quirks;
	struct buf *out; /* what goes inside of {Operation}Result */
	struct fault fault;
	/* for the request log */
	char list_title[256];
	int methods[4]; /* New, Update, Delete, other */
};

/* Sets the fault; code 0: without one. Returns -EINVAL. */
int call_fault(struct call *c, uint32_t code, const char *fmt, ...) PRINTF(3, 4);

/* The fault with the usual text of that code. */
int call_fault_code(struct call *c, uint32_t code);

/* The parameter of that name; NULL when it is absent. The text is trimmed. */
const struct xml *call_arg(const struct call *c, const char *name);
const char *call_text(const struct call *c, const char *name);

/* The CAML element inside a parameter: <query><Query/></query>; NULL when absent. */
const struct xml *call_caml(const struct call *c, const char *param, const char *element);

/* The list that listName means; NULL with the fault set that this operation and version give. */
struct list *call_list(struct call *c);

/* The list, when the caller has the right; NULL with the fault set. */
struct list *call_list_with(struct call *c, uint64_t right);

/* Adds "http://host" and the path, percent-encoded. path has no slash in front. */
void call_url(const struct call *c, const char *path, struct buf *out);

/* ---- the operations, one table ------------------------------------------------------------------ */

struct op {
	const char *name;
	int first, last; /* product versions that have it */
	const char *args; /* "listName query:xml templateID:int ...", in the order of the WSDL; raw: blanks count */
	bool no_result;   /* the response element is empty */
	const char *simple; /* type of the result when it is no XML: "string" */
	bool writes;      /* runs in a transaction */
	int (*run)(struct call *c);
};

const struct op *op_find(const char *name, int version);

/* Whether WSS 2.0 had it. */
bool op_is_of_2003(const struct op *op);

const struct op *op_nth(unsigned n); /* NULL behind the last */

#endif
