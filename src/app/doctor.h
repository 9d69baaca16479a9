#ifndef APP_DOCTOR_H
#define APP_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct buf;
struct session;

/*
 * `spfs doctor`: what works, step by step, and what to do about what does not. Each step is
 * told as soon as it is done, for some wait for a server; or kept, for programs.
 */
enum doctor_result {
	DOCTOR_OK,
	DOCTOR_NOTE,    /* works, but somebody should know */
	DOCTOR_FAILED,
	DOCTOR_SKIPPED, /* was not tried */
};

struct doctor_step {
	char *site;       /* owned; the address it was about; NULL: this computer */
	const char *name; /* foreign; static: "TLS" */
	enum doctor_result result;
	char *text;       /* owned; what was found */
	char *advice;     /* owned; what to do; NULL: nothing */
};

struct doctor {
	struct session *s;     /* foreign */
	bool quiet;            /* nothing is printed: the steps are for --json */
	bool write;            /* a document may be written to the server and removed again */
	const char *site;      /* foreign; what the next steps are about; NULL: this computer */
	struct doctor_step *v; /* owned */
	size_t n, cap;
	int code;              /* enum cli_exit: of the first step that failed */
};

void doctor_release(struct doctor *d);
static inline void doctor_release_p(struct doctor *d)
{
	doctor_release(d);
}

/* A step that worked, or was not tried. */
void doctor_ok(struct doctor *d, const char *name, const char *fmt, ...) PRINTF(3, 4);
void doctor_skip(struct doctor *d, const char *name, const char *fmt, ...) PRINTF(3, 4);

/* One that failed (code: an enum cli_exit) or gives to think (code 0), and what to do. */
void doctor_fail(struct doctor *d, const char *name, int code, const char *advice, const char *fmt, ...) PRINTF(5, 6);

/* This computer: FUSE, the configuration, the data. False: the configuration cannot be used. */
bool doctor_local(struct doctor *d);

/* A server: from the resolving of its name to the writing of a document. */
void doctor_site(struct doctor *d, const char *url);

/* `{"version": 1, "steps": [...], "exit": 0}`. 0, -ENOMEM, -EFBIG. */
MUST_CHECK int doctor_json(const struct doctor *d, struct buf *out);

#endif
