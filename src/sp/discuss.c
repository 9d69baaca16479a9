#include "discuss.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base64.h"
#include "lists.h"
#include "model/item.h"
#include "rowset.h"
#include "soap.h"
#include "update.h"
#include "wire.h"

enum { MESSAGE_MAX = 64 << 20, LINE = 57, WORD = 42 };

#define ACCESS_DENIED 0x80070005
#define FORBIDDEN 403

enum { LISTITEMS = SOAP_STATES, DATA, ROW };

static const struct xml_rule rules[] = {
	SOAP_RULES("AddDiscussionBoardItem"),
	XML_RULE(SOAP_RESULT, SP_NS, "listitems", LISTITEMS),
	{ .from = LISTITEMS, .ns = ROWSET_NS, .name = "data", .to = DATA, .prefix = "rs" },
	{ .from = DATA, .ns = ROW_NS, .name = "row", .to = ROW, .need = "ows_ID", .prefix = "z" },
	XML_RULES_END,
};

bool discuss_is_post(const struct change *c)
{
	return c->op == CHANGE_NEW && !str_empty(values_get(&c->fields, "ThreadIndex")) && c->replication_id;
}

/* ---- the message ------------------------------------------------------------------------ */

/* Whether it can stand in a header as it is. */
static bool is_plain(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char) s[i] < ' ' || (unsigned char) s[i] >= 0x7f)
			return false;
	return n < 200 && !strstr(s, "=?") && *s != ' ' && (!n || s[n - 1] != ' ');
}

/* RFC 2047: several words where one would be too long. */
static void add_words(const char *s, struct buf *out)
{
	for (size_t n; *s; s += n) {
		n = str_utf8_cut(s, WORD);
		if (!n)
			n = strlen(s) < WORD ? strlen(s) : WORD;
		buf_adds(out, "=?utf-8?B?");
		base64_add(s, n, out);
		buf_adds(out, s[n] ? "?=\r\n " : "?=");
	}
}

static void add_subject(const char *title, struct buf *out)
{
	if (str_empty(title))
		return;
	buf_adds(out, "Subject: ");
	if (is_plain(title))
		buf_adds(out, title);
	else
		add_words(title, out);
	buf_adds(out, "\r\n");
}

static int digit(char c)
{
	return isdigit((unsigned char) c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

static void add_index(const char *hex, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf bytes = BUF_INIT(4096);

	if (hex[0] == '0' && (hex[1] | 0x20) == 'x')
		hex += 2;
	for (; isxdigit((unsigned char) hex[0]) && isxdigit((unsigned char) hex[1]); hex += 2)
		buf_addc(&bytes, (char) (digit(hex[0]) << 4 | digit(hex[1])));
	buf_adds(out, "Thread-Index: ");
	base64_add(bytes.p ? bytes.p : "", bytes.len, out);
	buf_adds(out, "\r\n");
	if (buf_error(&bytes))
		out->error = buf_error(&bytes);
}

static void add_body(const struct schema *schema, const struct change *c, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf body = BUF_INIT(out->max);
	const struct field *f = schema ? schema_find(schema, "Body") : NULL;
	const char *text = values_get(&c->fields, "Body");
	bool html = f && f->flags & FIELD_RICHTEXT;

	if (f)
		wire_add(f, text ? text : "", &body);
	else
		buf_adds(&body, text ? text : "");
	if (buf_error(&body))
		out->error = buf_error(&body);
	buf_addf(out, "Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
		 html ? "html" : "plain");
	for (size_t at = 0; at < body.len; at += LINE) {
		base64_add(body.p + at, body.len - at < LINE ? body.len - at : LINE, out);
		buf_adds(out, "\r\n");
	}
}

/* [MS-LISTSWS] R325 to R328: Message-id and Thread-index have to be there, each its own. */
void discuss_write(const struct schema *schema, const struct change *c, struct buf *out)
{
	int r;

	buf_adds(out, "MIME-Version: 1.0\r\nMessage-ID: ");
	r = item_post_id(c->replication_id, out);
	if (r < 0)
		return;
	buf_adds(out, "\r\n");
	add_index(values_get(&c->fields, "ThreadIndex"), out);
	add_subject(values_get(&c->fields, "Title"), out);
	add_body(schema, c, out);
}

/* ---- the answer --------------------------------------------------------------------------- */

/* MS-OUTSPS_R1088. */
static int enter(void *ctx, int state, struct xml *x)
{
	int64_t *id = ctx, n;

	if (state == ROW && str_to_i64(xml_attr(x, "ows_ID"), &n) == 0 && n > 0)
		*id = n;
	return 0;
}

static void restart(void *ctx)
{
	int64_t *id = ctx;

	*id = 0;
}

static const struct xml_sink sink = { .enter = enter };

/* ---- what the message cannot say ------------------------------------------------------------ */

static bool is_said(const char *name)
{
	return str_eq(name, "Title") || str_eq(name, "Body") || str_eq(name, "ThreadIndex");
}

static int make_rest(const struct schema *schema, const struct change *c, int64_t id, struct change *ret)
{
	bool is_field = schema && schema_find(schema, "ReplicationID");
	int r = 0;

	ret->op = CHANGE_UPDATE;
	ret->id = id;
	for (size_t i = 0; r == 0 && i < c->fields.n; i++)
		if (!is_said(c->fields.v[i].name))
			r = values_set(&ret->fields, c->fields.v[i].name, c->fields.v[i].text);
	/* MS-OUTSPS_R206. */
	return r < 0 ? r : values_set(&ret->fields, is_field ? "ReplicationID" : "MetaInfo_ReplicationID",
				      c->replication_id);
}

/* The post is there: what goes wrong here is no reason to post it again. The next pull brings it. */
static void send_rest(struct sp *sp, const char *list_id, const struct schema *schema, const struct change *c, int64_t id,
		      struct remote_outcome *ret, const atomic_int *cancel)
{
	CLEANUP(change_release_p) struct change rest = CHANGE_INIT;
	const struct change *one[] = { &rest };
	struct remote_outcome o = { .row = ITEM_INIT };
	struct remote_fault f = { 0 };

	if (make_rest(schema, c, id, &rest) == 0 &&
	    update_push(&sp->remote, list_id, schema, one, 1, &o, cancel, &f) == REMOTE_OK && o.result == REMOTE_OK) {
		remote_outcome_release(ret);
		*ret = o;
		return;
	}
	remote_outcome_release(&o);
}

/* ---- the call -------------------------------------------------------------------------------- */

enum remote_result discuss_add(struct sp *sp, const char *list_id, const struct schema *schema, const struct change *c,
			       struct remote_outcome *ret, const atomic_int *cancel, struct remote_fault *f)
{
	CLEANUP(buf_release_p) struct buf args = BUF_INIT(2 * MESSAGE_MAX);
	CLEANUP(buf_release_p) struct buf message = BUF_INIT(MESSAGE_MAX);
	int64_t id = 0;
	const struct soap_call call = {
		.op = "AddDiscussionBoardItem", .args = &args, .rules = rules, .sink = &sink, .ctx = &id,
		.restart = restart, .changes = true, .one = true, .cancel = cancel,
	};
	enum remote_result result;

	discuss_write(schema, c, &message);
	lists_add_name(&args, list_id);
	buf_adds(&args, "<message>");
	base64_add(buf_str(&message), message.len, &args);
	buf_adds(&args, "</message>");
	if (buf_error(&message))
		args.error = buf_error(&message);
	result = soap_do(sp, &call, f);
	if (result == REMOTE_LIST_BAD && (f->server_code == ACCESS_DENIED || f->http_status == FORBIDDEN))
		result = REMOTE_ITEM_BAD;
	/* MS-OUTSPS_R1090: this one failed; the others are tried. */
	if (result == REMOTE_ITEM_BAD) {
		ret->result = result;
		ret->server_code = f->server_code;
		return str_set(&ret->text, f->err.text) < 0 ? REMOTE_SITE_BAD : REMOTE_OK;
	}
	if (result == REMOTE_OK && id)
		send_rest(sp, list_id, schema, c, id, ret, cancel);
	return result;
}
