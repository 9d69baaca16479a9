#include "xmlscan.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

enum state {
	START,   /* before the first byte: byte order mark, then '<' */
	TEXT,    /* between markup */
	OPEN,    /* after '<' */
	BANG,    /* after "<!": a comment, a section or a declaration? */
	TAG,     /* in a start or end tag */
	QUOTE,   /* in an attribute's value */
	COMMENT, /* until "-->" */
	CDATA,   /* until "]]>" */
	PI,      /* until "?>" */
	DECL,    /* the XML declaration, until "?>" */
};

/* What a state's function says besides how many bytes it took. */
struct step {
	const char *p;
	size_t n;
	size_t taken;
	int error;
	const char *words;
};

static void refuse(struct step *t, int error, const char *words)
{
	t->error = error;
	t->words = words;
}

static void go(struct xmlscan *s, enum state to)
{
	s->state = to;
	s->run = 0;
	s->head_len = 0;
}

/* Adds a byte to the head; false: it is full. */
static bool keep(struct xmlscan *s, char c)
{
	if (s->head_len + 1 >= sizeof(s->head))
		return false;
	s->head[s->head_len++] = c;
	s->head[s->head_len] = '\0';
	return true;
}

static void at_start(struct xmlscan *s, struct step *t)
{
	static const char bom[] = "\xef\xbb\xbf";
	char c = *t->p;

	t->taken = 1;
	if (s->head_len < 3 && c == bom[s->head_len]) {
		keep(s, c);
	} else if (strchr(" \t\r\n", c) && c) {
		return;
	} else if (c == '<') {
		s->len = 0;
		go(s, DECL);
	} else {
		refuse(t, -EBADMSG, "it is not XML in UTF-8");
	}
}

static void in_text(struct xmlscan *s, struct step *t)
{
	const char *open = memchr(t->p, '<', t->n);

	t->taken = open ? (size_t) (open - t->p) + 1 : t->n;
	if (open) {
		s->len = 0;
		go(s, OPEN);
	}
}

static void after_open(struct xmlscan *s, struct step *t)
{
	t->taken = 1;
	s->attrs = 0;
	switch (*t->p) {
	case '!':
		go(s, BANG);
		break;
	case '?':
		go(s, PI);
		break;
	case '>':
		go(s, TEXT);
		break;
	default:
		go(s, TAG);
	}
}

static void after_bang(struct xmlscan *s, struct step *t)
{
	t->taken = 1;
	keep(s, *t->p);
	if (str_eq(s->head, "--"))
		go(s, COMMENT);
	else if (str_eq(s->head, "[CDATA["))
		go(s, CDATA);
	else if (!str_starts("--", s->head) && !str_starts("[CDATA[", s->head))
		refuse(t, -EBADMSG, "it has a document type declaration");
}

/* The hot one: most bytes of an answer are attributes. */
static void in_tag(struct xmlscan *s, struct step *t)
{
	const char *p = t->p, *end = t->p + t->n;

	while (p < end && *p != '"' && *p != '\'' && *p != '>' && s->attrs <= XMLSCAN_ATTRS_MAX)
		s->attrs += *p++ == '=';
	t->taken = (size_t) (p - t->p);
	if (s->attrs > XMLSCAN_ATTRS_MAX) {
		refuse(t, -EFBIG, "one element has more than 1,024 attributes");
	} else if (p < end) {
		t->taken++;
		s->quote = *p;
		s->state = *p == '>' ? TEXT : QUOTE;
	}
}

static void in_quote(struct xmlscan *s, struct step *t)
{
	const char *end = memchr(t->p, s->quote, t->n);

	t->taken = end ? (size_t) (end - t->p) + 1 : t->n;
	if (end)
		s->state = TAG;
}

/* Looks for `mark` twice (once for a PI) and '>'. True when the end was found. */
static bool find_end(struct xmlscan *s, struct step *t, char mark, unsigned times)
{
	for (t->taken = 0; t->taken < t->n;) {
		char c = t->p[t->taken++];

		if (c == '>' && s->run >= times)
			return true;
		s->run = c == mark ? s->run + 1 : 0;
	}
	return false;
}

static void in_comment(struct xmlscan *s, struct step *t)
{
	if (find_end(s, t, '-', 2))
		go(s, TEXT);
}

static void in_cdata(struct xmlscan *s, struct step *t)
{
	if (find_end(s, t, ']', 2))
		go(s, TEXT);
}

static void in_pi(struct xmlscan *s, struct step *t)
{
	if (find_end(s, t, '?', 1))
		go(s, TEXT);
}

/* The value of encoding="..." in the declaration; UTF-8 when there is none. */
static bool is_utf8(char *decl)
{
	char *p = strstr(decl, "encoding");
	size_t n;

	if (!p)
		return true;
	p += strcspn(p, "\"'");
	if (!*p)
		return false;
	n = strcspn(p + 1, "\"'");
	p[1 + n] = '\0';
	return strcasecmp(p + 1, "utf-8") == 0 || strcasecmp(p + 1, "us-ascii") == 0;
}

/* The first markup: "?xml ...?>", or anything else, which the usual states then read again. */
static void in_decl(struct xmlscan *s, struct step *t)
{
	char c = *t->p;

	if (s->head_len < 5 && c != "?xml "[s->head_len] && !(s->head_len == 4 && strchr("\t\r\n", c))) {
		bool pi = s->head_len > 0;

		t->taken = 0;
		go(s, pi ? PI : OPEN);
		return;
	}
	t->taken = 1;
	if (!keep(s, c)) {
		refuse(t, -EBADMSG, "its XML declaration has no end");
	} else if (c == '>' && s->head[s->head_len - 2] == '?') {
		if (!is_utf8(s->head))
			refuse(t, -EBADMSG, "it is not in UTF-8");
		go(s, TEXT);
	}
}

static void (*const steps[])(struct xmlscan *s, struct step *t) = {
	[START] = at_start,     [TEXT] = in_text,   [OPEN] = after_open, [BANG] = after_bang, [TAG] = in_tag,
	[QUOTE] = in_quote,     [COMMENT] = in_comment, [CDATA] = in_cdata,  [PI] = in_pi,        [DECL] = in_decl,
};

int xmlscan_feed(struct xmlscan *s, const char *p, size_t n, struct err *err)
{
	struct step t = { 0 };

	while (n) {
		bool markup = s->state != TEXT && s->state != START;

		t.p = p;
		t.n = n;
		steps[s->state](s, &t);
		if (markup)
			s->len += t.taken;
		if (!t.error && s->len > XMLSCAN_TAG_MAX)
			refuse(&t, -EFBIG, "one tag is longer than 10 MB");
		if (t.error)
			return err_set(err, t.error, "the answer is refused: %s", t.words);
		p += t.taken;
		n -= t.taken;
	}
	return 0;
}

bool xmlscan_may_end(const struct xmlscan *s)
{
	return s->state == TEXT;
}
