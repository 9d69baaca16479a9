#include "checkout.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "davcode.h"
#include "docs_path.h"
#include "soap.h"
#include "xmlout.h"

enum { ARGS_MAX = 1 << 20 };

/* The result is a boolean; the rule stands before that of SOAP_RULES, which keeps no text. */
#define RULES(op) { XML_TEXT(SOAP_ANSWER, SP_NS, op "Result", SOAP_RESULT), SOAP_RULES(op), XML_RULES_END }

static const struct xml_rule out_rules[] = RULES("CheckOutFile");
static const struct xml_rule in_rules[] = RULES("CheckInFile");
static const struct xml_rule undo_rules[] = RULES("UndoCheckOut");

/* A page that is not there, in a fault of UndoCheckOut ([MS-LISTSWS] 3.1.4.26). */
#define PAGE_MISSING 0x80070002

static int leave(void *ctx, int state, const char *text)
{
	bool *done = ctx;

	if (state == SOAP_RESULT)
		*done = strcasestr(text, "true") || strchr(text, '1');
	return 0;
}

static const struct xml_sink sink = { NULL, leave };

/* R1659: without a fault, the answer may still be no. */
static enum remote_result refused(const struct sp *sp, const struct soap_call *c, struct remote_fault *f)
{
	bool out = c->rules == out_rules;

	soap_fail(sp, f, REMOTE_ITEM_BAD, "%s",
		  out ? "it is checked out already" : "it is not checked out to you");
	f->err.code = out ? -EBUSY : -EACCES;
	return REMOTE_ITEM_BAD;
}

static enum remote_result call(struct sp *sp, struct soap_call *c, struct remote_fault *f)
{
	enum remote_result result;
	bool done = false;

	c->sink = &sink;
	c->ctx = &done;
	c->changes = c->one = true;
	result = soap_do(sp, c, f);
	if (result == REMOTE_OK)
		return done ? REMOTE_OK : refused(sp, c, f);
	if (f->server_code == PAGE_MISSING) {
		f->err.code = -ENOENT;
		return REMOTE_ITEM_GONE;
	}
	return davcode_settle(result, f);
}

static void add_page(const struct sp *sp, const char *path, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf url = BUF_INIT(65536);

	docs_path_plain(sp->origin, path, &url);
	if (buf_error(&url))
		out->error = buf_error(&url);
	xmlout_element(out, "pageUrl", buf_str(&url));
}

enum remote_result checkout_begin(struct remote *r, const char *path, const atomic_int *cancel,
				 struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	struct soap_call c = { .op = "CheckOutFile", .args = &args, .rules = out_rules, .cancel = cancel };

	add_page((struct sp *) r, path, &args);
	/* The bytes come and go as the server's: a copy to edit offline is not asked for. */
	buf_adds(&args, "<checkoutToLocal>false</checkoutToLocal>");
	return call((struct sp *) r, &c, f);
}

enum remote_result checkout_end(struct remote *r, const char *path, const char *comment, enum remote_checkin kind,
				const atomic_int *cancel, struct remote_fault *f)
{
	static const char *const kinds[] = {
		[REMOTE_CHECKIN_MINOR] = "0", [REMOTE_CHECKIN_MAJOR] = "1", [REMOTE_CHECKIN_OVERWRITE] = "2",
	};
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	struct soap_call c = { .op = "CheckInFile", .args = &args, .rules = in_rules, .cancel = cancel };

	add_page((struct sp *) r, path, &args);
	xmlout_element(&args, "comment", comment ?: "");
	xmlout_element(&args, "CheckinType", kinds[kind]);
	return call((struct sp *) r, &c, f);
}

enum remote_result checkout_undo(struct remote *r, const char *path, const atomic_int *cancel,
				struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(ARGS_MAX);
	struct soap_call c = { .op = "UndoCheckOut", .args = &args, .rules = undo_rules, .cancel = cancel };

	add_page((struct sp *) r, path, &args);
	return call((struct sp *) r, &c, f);
}
