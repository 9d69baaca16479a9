#include "mime.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/uri.h"
#include "base64.h"
#include "xml.h"

#define TEXT_MAX ((size_t) 16 << 20)
#define DEPTH_MAX 8

/* Bytes that belong to somebody else. */
struct span {
	const char *p;
	size_t n;
};

/* ---- lines and headers -------------------------------------------------------------------------- */

/* Cuts the next line off, without its end. */
static struct span next_line(struct span *rest)
{
	const char *nl = memchr(rest->p, '\n', rest->n);
	size_t n = nl ? (size_t) (nl - rest->p) : rest->n;
	struct span line = { rest->p, n && nl && nl[-1] == '\r' ? n - 1 : n };

	rest->p += nl ? n + 1 : n;
	rest->n -= nl ? n + 1 : n;
	return line;
}

/* The headers, and behind the empty line the body. */
static struct span cut_headers(struct span *rest)
{
	struct span head = { rest->p, 0 };

	while (rest->n) {
		if (!next_line(rest).n)
			break;
		head.n = (size_t) (rest->p - head.p);
	}
	return head;
}

/* Adds the header's value, unfolded; nothing when it is not there. */
static int find_header(struct span head, const char *name, struct buf *out)
{
	size_t n = strlen(name);
	bool ours = false;

	while (head.n) {
		struct span line = next_line(&head);

		if (line.n && (*line.p == ' ' || *line.p == '\t')) {
			if (ours)
				buf_add(out, line.p, line.n);
			continue;
		}
		if (ours)
			break;
		ours = line.n > n && strncasecmp(line.p, name, n) == 0 && line.p[n] == ':';
		if (ours)
			buf_add(out, line.p + n + 1, line.n - n - 1);
	}
	return buf_error(out);
}

/* Adds what follows NAME= in a header: boundary="..." */
static int find_param(const char *header, const char *name, struct buf *out)
{
	size_t n = strlen(name);

	for (const char *s = strchr(header, ';'); s; s = strchr(s, ';')) {
		s += 1 + strspn(s + 1, " \t");
		if (strncasecmp(s, name, n) != 0 || s[n] != '=')
			continue;
		s += n + 1;
		return *s == '"' ? buf_add(out, s + 1, strcspn(s + 1, "\"")) : buf_add(out, s, strcspn(s, "; \t"));
	}
	return 0;
}

/* ---- characters --------------------------------------------------------------------------------- */

/* UTF-8 stays what it is; else each byte is a character of Latin-1. NUL is a blank. */
static int add_text(const char *p, size_t n, struct buf *out)
{
	bool utf8 = str_utf8_valid(p, n);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char) p[i];

		if (c < 0x80 || utf8) {
			buf_addc(out, c ? (char) c : ' ');
			continue;
		}
		buf_addc(out, (char) (0xc0 | c >> 6));
		buf_addc(out, (char) (0x80 | (c & 0x3f)));
	}
	return buf_error(out);
}

static int hex_digit(char c)
{
	return isdigit((unsigned char) c) ? c - '0' : isxdigit((unsigned char) c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* =E4 and soft line ends; in a header, _ is a blank. */
static int add_quoted(struct span s, bool header, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '=' && i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(s.p[i + 2]) : -1;

		if (low >= 0) {
			buf_addc(out, (char) (high << 4 | low));
			i += 2;
		} else if (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '\n') {
			i++;
		} else if (s.p[i] == '=' && i + 2 < s.n && s.p[i + 1] == '\r' && s.p[i + 2] == '\n') {
			i += 2;
		} else {
			buf_addc(out, header && s.p[i] == '_' ? ' ' : s.p[i]);
		}
	}
	return buf_error(out);
}

static int add_base64(struct span s, struct buf *out)
{
	CLEANUP(str_free_p) char *copy = strndup(s.p, s.n);

	return copy ? base64_decode(copy, out) : -ENOMEM;
}

/* One "=?charset?Q?text?=" of RFC 2047; false: it is none. */
static bool add_word(const char **at, struct buf *out)
{
	const char *encoding = strchr(*at + 2, '?');
	const char *text = encoding && encoding[1] && encoding[2] == '?' ? encoding + 3 : NULL;
	const char *end = text ? strstr(text, "?=") : NULL;
	struct buf raw = BUF_INIT(TEXT_MAX);
	int r = -EINVAL;

	if (end && strchr("Qq", encoding[1]))
		r = add_quoted((struct span) { text, (size_t) (end - text) }, true, &raw);
	else if (end && strchr("Bb", encoding[1]))
		r = add_base64((struct span) { text, (size_t) (end - text) }, &raw);
	if (r >= 0) {
		add_text(raw.p ? raw.p : "", raw.len, out);
		*at = end + 2;
	}
	buf_release(&raw);
	return r >= 0;
}

/* A header as people read it; blanks between two encoded words are not part of the text. */
static int decode_header(const char *s, struct buf *out)
{
	bool word = false;

	while (*s) {
		size_t blanks = strspn(s, " \t");

		if (word && strncmp(s + blanks, "=?", 2) == 0)
			s += blanks;
		if (strncmp(s, "=?", 2) == 0 && add_word(&s, out)) {
			word = true;
			continue;
		}
		word = false;
		buf_addc(out, *s++);
	}
	return buf_error(out);
}

static int take_header(struct span head, const char *name, char **ret)
{
	CLEANUP(buf_release_p) struct buf raw = BUF_INIT(TEXT_MAX);
	CLEANUP(buf_release_p) struct buf clean = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	int r = find_header(head, name, &raw);

	if (r >= 0)
		r = add_text(raw.p ? raw.p : "", raw.len, &clean);
	if (r >= 0)
		r = decode_header(buf_str(&clean), &text);
	if (r < 0)
		return r;
	*ret = buf_take(&text);
	if (!*ret)
		return -ENOMEM;
	memmove(*ret, str_trim(*ret), strlen(str_trim(*ret)) + 1);
	return 0;
}

/* ---- parts -------------------------------------------------------------------------------------- */

/* What a part's headers say of it. */
struct part {
	struct buf type, encoding, disposition, name;
};

static void release_part(struct part *p)
{
	buf_release(&p->type);
	buf_release(&p->encoding);
	buf_release(&p->disposition);
	buf_release(&p->name);
}

/* RFC 2231: filename*=utf-8''a%20b.txt */
static int find_extended_name(const char *header, struct buf *out)
{
	CLEANUP(buf_release_p) struct buf raw = BUF_INIT(TEXT_MAX);
	int r = find_param(header, "filename*", &raw);
	char *quote = raw.len ? strchr(raw.p, '\'') : NULL;
	char *name = quote ? strchr(quote + 1, '\'') : NULL;

	return r < 0 || !name || !uri_decode(name + 1) ? r : buf_adds(out, name + 1);
}

static int read_part_headers(struct span head, struct part *p)
{
	int r = find_header(head, "Content-Type", &p->type);

	if (r >= 0)
		r = find_header(head, "Content-Transfer-Encoding", &p->encoding);
	if (r >= 0)
		r = find_header(head, "Content-Disposition", &p->disposition);
	if (r >= 0)
		r = find_extended_name(buf_str(&p->disposition), &p->name);
	if (r >= 0 && !p->name.len)
		r = find_param(buf_str(&p->disposition), "filename", &p->name);
	return r < 0 || p->name.len ? r : find_param(buf_str(&p->type), "name", &p->name);
}

static bool is(const struct buf *header, const char *value)
{
	const char *s = buf_str(header);

	s += strspn(s, " \t");
	return strncasecmp(s, value, strlen(value)) == 0;
}

static int decode_body(const struct part *p, struct span body, struct buf *out)
{
	if (is(&p->encoding, "base64"))
		return add_base64(body, out);
	if (is(&p->encoding, "quoted-printable"))
		return add_quoted(body, false, out);
	return buf_add(out, body.p, body.n);
}

static int set_html(struct mime *m, const struct buf *content, bool plain)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(TEXT_MAX), html = BUF_INIT(TEXT_MAX);
	int r = add_text(content->p ? content->p : "", content->len, &text);

	if (r < 0 || (plain && m->html)) /* HTML is better, whichever comes first */
		return r;
	if (!plain) {
		free(m->html);
		m->html = buf_take(&text);
		return m->html ? 0 : -ENOMEM;
	}
	for (char *s = text.p; s && *s; s++) {
		if (*s == '\n')
			buf_adds(&html, "<br>\n");
		else if (*s != '\r')
			xml_text(&html, (char[]) { *s, '\0' });
	}
	m->html = buf_take(&html);
	return m->html ? 0 : -ENOMEM;
}

static int take_part(struct mime *m, const struct part *p, struct span body)
{
	struct buf content = BUF_INIT((size_t) 64 << 20);
	bool plain = !is(&p->type, "text/html") && (!p->type.len || is(&p->type, "text/"));
	int r = decode_body(p, body, &content);

	if (r >= 0 && !p->name.len)
		r = plain || is(&p->type, "text/html") ? set_html(m, &content, plain) : 0;
	if (r >= 0 && p->name.len && m->n_files < MIME_PARTS) {
		struct mime_file *f = &m->files[m->n_files];
		struct buf name = BUF_INIT(TEXT_MAX), clean = BUF_INIT(TEXT_MAX);

		add_text(p->name.p, p->name.len, &clean);
		r = decode_header(buf_str(&clean), &name);
		f->name = r < 0 ? NULL : buf_take(&name);
		buf_release(&name);
		buf_release(&clean);
		if (r >= 0 && f->name) {
			f->content = content;
			m->n_files++;
			return 0;
		}
		r = r < 0 ? r : -ENOMEM;
	}
	buf_release(&content);
	return r;
}

static int read_entity(struct mime *m, struct span all, int depth);

/* Is the line a boundary: 1, the last one: 2? */
static int boundary_of(struct span line, const struct buf *boundary)
{
	const char *end = line.p + boundary->len + 2;

	if (line.n < boundary->len + 2 || memcmp(line.p, "--", 2) != 0 ||
	    memcmp(line.p + 2, boundary->p, boundary->len) != 0)
		return 0;
	return line.n >= boundary->len + 4 && memcmp(end, "--", 2) == 0 ? 2 : 1;
}

static int read_parts(struct mime *m, const struct buf *boundary, struct span body, int depth)
{
	struct span part = { NULL, 0 };
	int r = boundary->len ? 0 : -EINVAL;

	while (r >= 0 && body.n) {
		const char *start = body.p;
		int kind = boundary_of(next_line(&body), boundary);

		if (!kind && body.n)
			continue;
		if (part.p) {
			part.n = (size_t) ((kind ? start : body.p) - part.p);
			r = read_entity(m, part, depth + 1);
		}
		if (kind == 2)
			break;
		part.p = body.p;
	}
	return r;
}

static int read_entity(struct mime *m, struct span all, int depth)
{
	struct span body = all, head = cut_headers(&body);
	struct part p = { BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX) };
	CLEANUP(buf_release_p) struct buf boundary = BUF_INIT(TEXT_MAX);
	int r = depth > DEPTH_MAX ? -EINVAL : read_part_headers(head, &p);

	if (r >= 0 && is(&p.type, "multipart/")) {
		r = find_param(buf_str(&p.type), "boundary", &boundary);
		if (r >= 0)
			r = read_parts(m, &boundary, body, depth);
	} else if (r >= 0) {
		r = take_part(m, &p, body);
	}
	release_part(&p);
	return r;
}

int mime_read(const char *p, size_t n, struct mime *ret)
{
	struct span body = { p, n }, head = cut_headers(&body);
	int r;

	*ret = (struct mime) { 0 };
	if (!head.n || !memchr(head.p, ':', head.n))
		return -EINVAL;
	r = take_header(head, "Subject", &ret->subject);
	if (r >= 0)
		r = take_header(head, "Message-ID", &ret->message_id);
	if (r >= 0)
		r = take_header(head, "Thread-Index", &ret->thread_index);
	if (r >= 0)
		r = take_header(head, "Thread-Topic", &ret->thread_topic);
	if (r >= 0)
		r = take_header(head, "References", &ret->references);
	if (r >= 0)
		r = read_entity(ret, (struct span) { p, n }, 0);
	return r < 0 || ret->html ? r : str_set(&ret->html, "");
}

void mime_release(struct mime *m)
{
	free(m->subject);
	free(m->message_id);
	free(m->thread_index);
	free(m->thread_topic);
	free(m->references);
	free(m->html);
	for (size_t i = 0; i < m->n_files; i++) {
		free(m->files[i].name);
		buf_release(&m->files[i].content);
	}
	*m = (struct mime) { 0 };
}
