#include "multistatus.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "docs_path.h"
#include "xmltab.h"

#define DAV_NS "DAV:"

enum { HREF_MAX = 64 * 1024 };

enum { MULTISTATUS = XML_START + 1, RESPONSE, HREF, STATUS, PROPSTAT, PROP, PROP_STATUS, ETAG, LENGTH, MODIFIED };

static const struct xml_rule rules[] = {
	XML_RULE(XML_START, DAV_NS, "multistatus", MULTISTATUS),
	XML_RULE(MULTISTATUS, DAV_NS, "response", RESPONSE),
	XML_TEXT(RESPONSE, DAV_NS, "href", HREF),
	XML_TEXT(RESPONSE, DAV_NS, "status", STATUS),
	XML_RULE(RESPONSE, DAV_NS, "propstat", PROPSTAT),
	XML_RULE(PROPSTAT, DAV_NS, "prop", PROP),
	XML_TEXT(PROPSTAT, DAV_NS, "status", PROP_STATUS),
	XML_TEXT(PROP, DAV_NS, "getetag", ETAG),
	XML_TEXT(PROP, DAV_NS, "getcontentlength", LENGTH),
	XML_TEXT(PROP, DAV_NS, "getlastmodified", MODIFIED),
	XML_RULES_END,
};

/* Properties of one propstat: they count only if its status, which may follow them, says 2xx. */
struct props {
	char *etag; /* owned */
	int64_t size;
	int64_t modified;
	int status; /* 0: not said, which counts as 200 */
};

#define PROPS_INIT { .size = -1 }

struct multistatus {
	int (*fn)(void *arg, const struct multistatus_entry *e);
	void *arg;           /* foreign */
	struct xml *xml;     /* owned */
	struct buf path;     /* owned */
	int status;
	struct props part;   /* of the propstat being read */
	struct props all;    /* of the response being read */
};

static void props_release(struct props *p)
{
	free(p->etag);
	*p = (struct props) PROPS_INIT;
}

struct multistatus *multistatus_free(struct multistatus *m)
{
	if (!m)
		return NULL;
	xml_free(m->xml);
	buf_release(&m->path);
	props_release(&m->part);
	props_release(&m->all);
	free(m);
	return NULL;
}

/* ---- values ------------------------------------------------------------------------ */

/* "HTTP/1.1 404 Not Found" -> 404; 0: it cannot be read. */
static int read_status(const char *text)
{
	const char *p = text + strspn(text, " \t\r\n");
	long n;

	if (str_starts(p, "HTTP/"))
		p = strchr(p, ' ');
	n = p ? strtol(p, NULL, 10) : 0;
	return n >= 100 && n <= 999 ? (int) n : 0;
}

static int64_t read_size(const char *text)
{
	int64_t n;

	return str_to_i64(text, &n) == 0 && n >= 0 ? n : -1;
}

/* RFC 4918 wants the form of HTTP; some servers write that of ISO. */
static int64_t read_time(char *text)
{
	int64_t t;

	text = str_trim(text);
	if (clock_parse_http(text, &t) == 0 || clock_parse_iso(text, &t) == 0)
		return t;
	return 0;
}

static int leave_prop(struct props *p, int state, const char *text)
{
	CLEANUP(str_free_p) char *copy = strdup(text);
	int r = 0;

	if (!copy)
		return -ENOMEM;
	if (state == ETAG)
		r = *str_trim(copy) ? str_set(&p->etag, str_trim(copy)) : 0;
	else if (state == LENGTH)
		p->size = read_size(copy);
	else
		p->modified = read_time(copy);
	return r;
}

/* ---- elements -------------------------------------------------------------------------- */

/* A second propstat that was not found says nothing about the first. */
static void take_part(struct multistatus *m)
{
	struct props *p = &m->part;

	if (p->status && (p->status < 200 || p->status > 299))
		return;
	if (p->etag) {
		free(m->all.etag);
		m->all.etag = p->etag;
		p->etag = NULL;
	}
	if (p->size >= 0)
		m->all.size = p->size;
	if (p->modified)
		m->all.modified = p->modified;
}

static int report(struct multistatus *m)
{
	const struct multistatus_entry e = {
		.path = buf_str(&m->path), .status = m->status,
		.etag = m->all.etag, .size = m->all.size, .modified = m->all.modified,
	};

	return m->fn(m->arg, &e);
}

static int enter(void *ctx, int state, struct xml *x)
{
	struct multistatus *m = ctx;

	(void) x;
	if (state == RESPONSE) {
		buf_reset(&m->path);
		m->status = 0;
		props_release(&m->all);
	} else if (state == PROPSTAT) {
		props_release(&m->part);
	}
	return 0;
}

/* Of several hrefs, which only an answer without properties has, the first stands. */
static int leave_href(struct multistatus *m, const char *text)
{
	int r;

	if (m->path.len)
		return 0;
	r = docs_path_read(text, &m->path);
	if (r == -EINVAL)
		buf_reset(&m->path);
	return r == -EINVAL ? 0 : r;
}

static int leave(void *ctx, int state, const char *text)
{
	struct multistatus *m = ctx;

	switch (state) {
	case HREF:
		return leave_href(m, text);
	case STATUS:
		m->status = read_status(text);
		return 0;
	case PROP_STATUS:
		m->part.status = read_status(text);
		return 0;
	case ETAG:
	case LENGTH:
	case MODIFIED:
		return leave_prop(&m->part, state, text);
	case PROPSTAT:
		take_part(m);
		return 0;
	case RESPONSE:
		return report(m);
	default:
		return 0;
	}
}

static const struct xml_sink sink = { enter, leave };

int multistatus_new(int (*fn)(void *arg, const struct multistatus_entry *e), void *arg, struct multistatus **ret)
{
	struct multistatus *m = calloc(1, sizeof(*m));
	int r;

	if (!m)
		return -ENOMEM;
	m->fn = fn;
	m->arg = arg;
	m->path = (struct buf) BUF_INIT(HREF_MAX);
	m->part = m->all = (struct props) PROPS_INIT;
	r = xml_new(rules, &sink, m, false, &m->xml);
	if (r < 0) {
		multistatus_free(m);
		return r;
	}
	*ret = m;
	return 0;
}

int multistatus_feed(struct multistatus *m, const void *p, size_t n, struct err *err)
{
	return xml_feed(m->xml, p, n, err);
}

int multistatus_end(struct multistatus *m, struct err *err)
{
	return xml_end(m->xml, err);
}
