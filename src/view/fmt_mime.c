#include "fmt_mime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

void mime_release(struct mime *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->h[i].name);
		free(m->h[i].value);
	}
	free(m->h);
	buf_release(&m->body);
	*m = (struct mime) MIME_INIT;
}

const struct mime_header *mime_find(const struct mime *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcasecmp(m->h[i].name, name) == 0)
			return &m->h[i];
	return NULL;
}

/* ---- header fields ------------------------------------------------------------------------ */

struct reading {
	struct mime *out;
	struct err *err;
	const char *s; /* what is not read yet */
	size_t n;
	size_t line;
};

/* The length of the line at s with its end; *ret_text: without. */
static size_t line_len(const struct reading *re, size_t *ret_text)
{
	const char *nl = memchr(re->s, '\n', re->n);
	size_t len = nl ? (size_t) (nl - re->s) : re->n;

	*ret_text = len && re->s[len - 1] == '\r' ? len - 1 : len;
	return len + (nl != NULL);
}

static void take(struct reading *re, size_t n)
{
	re->s += n;
	re->n -= n;
	re->line++;
}

/* The length of the "Name" of "Name:"; 0: there is none. */
static size_t name_len(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] > ' ' && s[i] < 0x7f && s[i] != ':')
		i++;
	return i < n && s[i] == ':' ? i : 0;
}

/* Each run of white space becomes a blank, at the ends none. */
static void squeeze(char *s)
{
	char *start = s, *to = s;
	bool gap = false;

	for (; *s; s++) {
		if (strchr(" \t\r\n", *s)) {
			gap = true;
			continue;
		}
		if (gap && to > start)
			*to++ = ' ';
		gap = false;
		*to++ = *s;
	}
	*to = '\0';
}

static int add_header(struct reading *re, const char *name, size_t n, struct buf *raw, size_t line)
{
	struct mime *m = re->out;
	struct buf value = BUF_INIT(raw->max * 2);
	char *text = NULL;
	int r;

	if (m->n == MIME_MAX_HEADERS)
		return err_set(re->err, -EFBIG, "more than %d header fields", MIME_MAX_HEADERS);
	r = vec_grow(&m->h, &m->cap, m->n + 1, sizeof(*m->h));
	if (r == 0)
		r = buf_error(raw);
	if (r == 0)
		mime_words(buf_str(raw), &value);
	r = r < 0 ? r : buf_error(&value);
	text = r == 0 ? buf_take(&value) : NULL;
	buf_release(&value);
	if (!text)
		return r < 0 ? r : -ENOMEM;
	squeeze(text);
	m->h[m->n] = (struct mime_header) { strndup(name, n), text, line };
	return m->h[m->n++].name ? 0 : -ENOMEM;
}

/* A field begins at s: takes it with the lines that go on with it. */
static int read_header(struct reading *re)
{
	size_t len, all = line_len(re, &len), name = name_len(re->s, len), line = re->line;
	const char *begin = re->s;
	struct buf raw = BUF_INIT(MIME_MAX);
	int r;

	if (!name)
		return err_set(re->err, -EINVAL, "line %zu: expected \"Name: value\", or an empty line before the text", line);
	buf_add(&raw, begin + name + 1, len - name - 1);
	for (take(re, all); re->n && (*re->s == ' ' || *re->s == '\t'); take(re, all)) {
		all = line_len(re, &len);
		buf_addc(&raw, ' ');
		buf_add(&raw, re->s, len);
	}
	r = add_header(re, begin, name, &raw, line);
	buf_release(&raw);
	return r;
}

static int read_headers(struct reading *re)
{
	size_t len, all;
	int r = 0;

	if (re->n > 5 && memcmp(re->s, "From ", 5) == 0) /* from an mbox */
		take(re, line_len(re, &len));
	all = line_len(re, &len);
	if (!name_len(re->s, len))
		return 0;
	while (r == 0 && re->n && (all = line_len(re, &len)) && len)
		r = read_header(re);
	if (r == 0 && re->n)
		take(re, all);
	return r;
}

/* ---- text ---------------------------------------------------------------------------------- */

/* The value of a parameter: "utf-8" of "text/plain; charset=\"utf-8\"". */
static void find_param(const char *value, const char *name, char *out, size_t size)
{
	size_t n = strlen(name), len;

	out[0] = '\0';
	for (value = strchr(value, ';'); value; value = strchr(value, ';')) {
		value += 1 + strspn(value + 1, " \t");
		if (strncasecmp(value, name, n) != 0 || value[n] != '=')
			continue;
		value += n + 1;
		value += *value == '"';
		len = strcspn(value, "\"; ");
		snprintf(out, size, "%.*s", (int) (len < size ? len : size - 1), value);
		return;
	}
}

static const char *value_of(const struct mime *m, const char *name, const char *otherwise)
{
	const struct mime_header *h = mime_find(m, name);

	return h ? h->value : otherwise;
}

static int decode(const struct reading *re, struct buf *out)
{
	const char *coding = value_of(re->out, "Content-Transfer-Encoding", "8bit");
	static const char *const plain[] = { "7bit", "8bit", "binary" };

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (strcasecmp(coding, plain[i]) == 0)
			return buf_add(out, re->s, re->n);
	if (strcasecmp(coding, "quoted-printable") == 0)
		mime_unquote(re->s, re->n, false, out);
	else if (strcasecmp(coding, "base64") == 0)
		mime_unbase64(re->s, re->n, out);
	else
		return err_set(re->err, -EINVAL, "Content-Transfer-Encoding: %.60s is not read here", coding);
	return buf_error(out);
}

static void drop_cr(struct buf *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->len; i++)
		if (b->p[i] != '\r')
			b->p[n++] = b->p[i];
	if (b->p)
		b->p[b->len = n] = '\0';
}

static int read_body(struct reading *re)
{
	const char *type = value_of(re->out, "Content-Type", "text/plain");
	struct buf bytes = BUF_INIT(MIME_MAX), *body = &re->out->body;
	char charset[40];
	int r;

	re->out->body_line = re->line;
	re->out->html = strncasecmp(type, "text/html", 9) == 0;
	if (strncasecmp(type, "text/plain", 10) != 0 && !re->out->html)
		return err_set(re->err, -EINVAL, "Content-Type: %.60s: a post is text/plain", type);
	find_param(type, "charset", charset, sizeof(charset));
	r = decode(re, &bytes);
	if (r == 0)
		r = mime_charset(charset, buf_str(&bytes), bytes.len, body);
	if (r == -EINVAL)
		r = err_add(re->err, r, "Content-Type: charset=%s is not read here; use utf-8", charset);
	buf_release(&bytes);
	if (r < 0)
		return r;
	if (body->len && (memchr(body->p, '\0', body->len) || !str_utf8_valid(body->p, body->len)))
		return err_set(re->err, -EINVAL, "line %zu: the text is not UTF-8", re->line);
	drop_cr(body);
	return 0;
}

static int check_headers(const struct reading *re)
{
	for (size_t i = 0; i < re->out->n; i++) {
		const struct mime_header *h = &re->out->h[i];

		if (!str_utf8_valid(h->value, strlen(h->value)))
			return err_set(re->err, -EINVAL, "line %zu: this is not UTF-8 text", h->line);
	}
	return 0;
}

int mime_read(const char *text, size_t n, struct mime *ret, struct err *err)
{
	CLEANUP(mime_release_p) struct mime m = MIME_INIT;
	struct reading re = { .out = &m, .err = err, .s = text, .n = n, .line = 1 };
	int r;

	if (n > MIME_MAX)
		return err_set(err, -EFBIG, "longer than %d MiB", MIME_MAX >> 20);
	if (n && memchr(text, '\0', n))
		return err_set(err, -EINVAL, "this is not text: it has a NUL byte");
	r = read_headers(&re);
	if (r == 0)
		r = check_headers(&re);
	if (r == 0)
		r = read_body(&re);
	if (r < 0)
		return r;
	mime_release(ret);
	*ret = m;
	m = (struct mime) MIME_INIT;
	return 0;
}
