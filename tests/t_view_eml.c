/* Posts as messages: [MS-OUTSPS] 3.2.4.2.5, RFC 5322, RFC 6532, RFC 2045, RFC 2047. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fmt_mime.h"
#include "thread.h"
#include "t_view_pim.h"
#include "t_view_pim_random.h"

static const struct column columns[] = {
	{ "ID", "ID", FIELD_COUNTER, FIELD_READONLY, { NULL }, NULL },
	{ "Title", "Subject", FIELD_TEXT, FIELD_REQUIRED, { NULL }, NULL },
	{ "Body", "Body", FIELD_NOTE, FIELD_RICHTEXT, { NULL }, NULL },
	{ "Author", "Created By", FIELD_USER, FIELD_READONLY, { NULL }, NULL },
};

#define MIME "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
#define ID(n) "<" #n ".6f1f9c7e8b1c4e5e9c0b0e6b1e1b0001@portal.contoso.example>"

struct world {
	struct list list;
	struct item root, reply;
	const struct item *above[1];
	struct view_file f;
};

static const struct view_format *eml(const struct world *w)
{
	return view_format_of(&w->list, NULL);
}

static void begin(struct world *w)
{
	use_berlin();
	memset(w, 0, sizeof(*w));
	MAKE_LIST(&w->list, 108, columns);
	assert_int_equal(str_set(&w->list.id, LIST_GUID), 0);
	w->f.list = &w->list;
	w->f.host = HOST;
	w->f.known = &known;
	MAKE_ITEM(&w->root, 21, "Title", "Release date", "Body", "<div>Can we release on Friday?</div>", "Author", people[0].wire);
	w->root.created = 1794817800; /* 2026-11-16T08:30:00Z */
	MAKE_ITEM(&w->reply, 22, "Body", "<p>Yes, if the tests are green.</p>", "Author", people[1].wire);
	w->reply.created = 1794819900;
	w->above[0] = &w->root;
	w->f.series.master = &w->root;
}

static void in_the_thread(struct world *w, const struct item *post)
{
	w->f.series.master = post;
	w->f.above = w->above;
	w->f.n_above = 1;
}

static void end(struct world *w)
{
	list_release(&w->list);
	item_release(&w->root);
	item_release(&w->reply);
}

static void posts_as_in_the_samples(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	check_render(eml(&w), &w.f,
		     "From: Jane Roe <jane.roe@contoso.example>\nDate: Mon, 16 Nov 2026 09:30:00 +0100\nSubject: Release date\n"
		     "Message-ID: " ID(21) "\nX-SP-ID: 21\n" MIME "Can we release on Friday?\n");
	in_the_thread(&w, &w.reply);
	check_render(eml(&w), &w.f,
		     "From: Max M\u00fcller <max.mueller@contoso.example>\nDate: Mon, 16 Nov 2026 10:05:00 +0100\n"
		     "Subject: Re: Release date\nMessage-ID: " ID(22) "\nIn-Reply-To: " ID(21) "\nReferences: " ID(21) "\nX-SP-ID: 22\n"
		     MIME "Yes, if the tests are green.\n");
	end(&w);
}

static void only_the_text_is_the_writers(void **state)
{
	struct world w;
	const struct view_format *f;

	(void) state;
	begin(&w);
	f = eml(&w);
	check_edit(f, &w.f, "Release", "Release", "");
	check_edit(f, &w.f, "on Friday", "today", "update 21|Body=<div>Can we release today?</div>\n");
	check_edit(f, &w.f, "Subject: Release date", "Subject: =?utf-8?Q?Release_d=C3=A4te?=", "update 21|Title=Release d\u00e4te\n");
	check_edit(f, &w.f, "From: Jane Roe", "User-Agent: mutt\nFrom:   Jane\n Roe", "");
	check_edit(f, &w.f, "Subject: Release date\n", "", "");
	check_edit_refused(f, &w.f, "From: Jane Roe", "From: John Roe", "line 1: From: SharePoint keeps the header");
	check_edit_refused(f, &w.f, "09:30", "09:31", "line 2: Date");
	check_edit_refused(f, &w.f, "X-SP-ID: 21", "X-SP-ID: 22", "X-SP-ID");
	check_edit_refused(f, &w.f, "X-SP-ID: 21", "In-Reply-To: " ID(20) "\nX-SP-ID: 21", "In-Reply-To");
	in_the_thread(&w, &w.reply);
	check_edit_refused(f, &w.f, "Subject: Re: Release date", "Subject: Re: Other", "Subject: SharePoint keeps");
	check_edit(f, &w.f, "Yes", "No", "update 22|Body=<p>No, if the tests are green.</p>\n");
	check_ops(f, &w.f, "Just a text\n", "update 22|Body=<p>Just a text</p>\n");
	check_ops(f, &w.f, "", "");
	end(&w);
}

static void new_posts(void **state)
{
	struct world w;
	struct view_changes c = VIEW_CHANGES_INIT;
	const struct view_format *f;

	(void) state;
	begin(&w);
	f = eml(&w);
	w.f.new_title = "Lunch";
	w.f.series.master = NULL;
	check_ops(f, &w.f, "Where do we eat?\nAnd when?\n", "new|Body=<div>Where do we eat?</div><div>And when?</div>|Title=Lunch\n");
	check_ops(f, &w.f, "Subject: Food\n\nWhere?\n", "new|Body=<div>Where?</div>|Title=Food\n");
	in_the_thread(&w, NULL);
	check_ops(f, &w.f, "Fine.\n", "new|Body=<div>Fine.</div>\n");
	parse_file(f, &w.f,
		   "From nobody\nFrom: me@x\r\nReferences: <1@x>\r\n <22.6F1F9C7E8B1C4E5E9C0B0E6B1E1B0001@other.host>\r\n"
		   "Subject: Re: Release date\r\nContent-Type: text/plain; charset=\"ISO-8859-1\"; format=flowed\r\n"
		   "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe, und =\r\nso weiter =3D\r\n", &c);
	assert_int_equal(c.reply_to, 22);
	assert_string_equal(values_get(&c.op[0].fields, "Body"), "<div>Gr\u00fc\u00dfe, und so weiter =</div>");
	assert_string_equal(values_get(&c.op[0].fields, "Title"), "Re: Release date");
	view_changes_release(&c);
	parse_file(f, &w.f, "In-Reply-To: <22.0000@x>\nContent-Transfer-Encoding: base64\n\nSGVsbG8K\nd29ybGQ=\n", &c);
	assert_int_equal(c.reply_to, 0); /* of another list: the root is answered */
	assert_string_equal(values_get(&c.op[0].fields, "Body"), "<div>Hello</div><div>world</div>");
	view_changes_release(&c);
	check_refused(f, &w.f, "Content-Type: multipart/mixed; boundary=x\n\n", "text/plain");
	check_refused(f, &w.f, "Content-Type: text/plain; charset=koi8-r\n\nx", "charset=koi8-r");
	check_refused(f, &w.f, "Content-Transfer-Encoding: x-uuencode\n\nx", "x-uuencode");
	check_refused(f, &w.f, "Subject: x\nhello\n\nx", "line 2: expected \"Name: value\"");
	check_refused(f, &w.f, "\xff\n", "not UTF-8");
	end(&w);
}

static void names_that_need_care(void **state)
{
	struct world w;
	char *text;

	(void) state;
	begin(&w);
	assert_int_equal(values_set(&w.root.values, "Author", people[2].wire), 0); /* no address */
	text = render_file(eml(&w), &w.f);
	assert_true(str_starts(text, "From: \"Roe, John; Jr.\":;\n"));
	check_ops(eml(&w), &w.f, text, "");
	free(text);
	assert_int_equal(values_set(&w.root.values, "Author", "9;#A \"B\",#,#a@b,#,#"), 0);
	text = render_file(eml(&w), &w.f);
	assert_true(str_starts(text, "From: \"A \\\"B\\\"\" <a@b>\n"));
	check_ops(eml(&w), &w.f, text, "");
	free(text);
	assert_int_equal(values_set(&w.root.values, "Author", NULL), 0);
	text = render_file(eml(&w), &w.f);
	assert_true(str_starts(text, "From: unknown:;\n"));
	check_ops(eml(&w), &w.f, text, "");
	free(text);
	end(&w);
}

static void encoded_words(void **state)
{
	static const struct {
		const char *written, *means;
	} words[] = {
		{ "=?utf-8?q?a_b=3D?=", "a b=" },
		{ "=?UTF-8?B?R3LDvMOfZQ==?= x", "Gr\u00fc\u00dfe x" },
		{ "=?iso-8859-1?Q?=FC?= \t =?iso-8859-1*de?q?=DF?=", "\u00fc\u00df" },
		{ "=?utf-8?x?a?= =?utf-8?q?a", "=?utf-8?x?a?= =?utf-8?q?a" },
		{ "=?", "=?" },
		{ "=?utf-8?q?a b?=", "=?utf-8?q?a b?=" },
		{ "=?koi8-r?q?a?=", "=?koi8-r?q?a?=" },
	};

	(void) state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		CLEANUP(buf_release_p) struct buf b = BUF_INIT(1000);

		mime_words(words[i].written, &b);
		assert_string_equal(buf_str(&b), words[i].means);
	}
}

static void time_is_linear(void **state)
{
	static const char *const repeated[] = { "A: b\n", "A: =?utf-8?q?a?=\n ", "=?", " \n", "\n ", "x: =\n", "a" };

	(void) state;
	for (size_t i = 0; i < sizeof(repeated) / sizeof(*repeated); i++) {
		CLEANUP(mime_release_p) struct mime m = MIME_INIT;
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(MIME_MAX);
		clock_t before;
		int r;

		buf_adds(&text, "Subject: ");
		while (text.len < (2 << 20))
			buf_adds(&text, repeated[i]);
		before = clock();
		r = mime_read(text.p, text.len, &m, NULL);
		assert_true(r == 0 || r == -EFBIG || r == -EINVAL);
		assert_true(clock() - before < 3 * CLOCKS_PER_SEC);
	}
}

/* `richtext = html`: posts are text/html; an answer in plain text is turned into it. */
static void posts_as_html(void **state)
{
	struct world w;
	char *text;

	(void) state;
	begin(&w);
	check_refused(eml(&w), &w.f, "Content-Type: text/html\n\n<p>x</p>\n", "a post is text/plain");
	w.list.flags |= LIST_RAW_HTML;
	text = render_file(eml(&w), &w.f);
	assert_non_null(strstr(text, "Content-Type: text/html; charset=utf-8\n"));
	assert_true(str_ends(text, "\n\n<div>Can we release on Friday?</div>\n"));
	check_ops(eml(&w), &w.f, text, "");
	check_ops(eml(&w), &w.f, "Content-Type: text/html\n\n<div>Can we <b>release</b>?</div>\n",
		  "update 21|Body=<div>Can we <b>release</b>?</div>\n");
	check_ops(eml(&w), &w.f, "Content-Type: text/plain\n\nCan we release on Friday?\n", "");
	check_ops(eml(&w), &w.f, "X-SP-ID: 21\n\nCan we < it?\n", "update 21|Body=<div>Can we &lt; it?</div>\n");
	free(text);
	end(&w);
}

/* ---- all values ----------------------------------------------------------------------------- */

/* A header's value has one blank where there are several, and none at its ends. */
static void fold(char *s)
{
	char *w = s;

	for (; *s; s++)
		if (!strchr(" \t\n", *s) || (s[1] && !strchr(" \t\n", s[1])))
			*w++ = *s == '\t' ? ' ' : *s;
	*w = '\0';
}

/* Read as a new post, the file gives values that read the same. */
static void check_new_post(const struct world *w, char *text)
{
	struct view_changes c = VIEW_CHANGES_INIT;
	struct view_file as_new = w->f;
	struct item copy = *w->f.series.master;
	char *again;

	as_new.series.master = NULL;
	as_new.new_title = "t";
	parse_file(eml(w), &as_new, text, &c);
	assert_int_equal(c.n, 1);
	assert_int_equal(values_set(&c.op[0].fields, "Author", values_get(&copy.values, "Author")), 0);
	copy.values = c.op[0].fields;
	as_new.series.master = &copy;
	again = render_file(eml(w), &as_new);
	fold(again);
	fold(text);
	assert_string_equal(again, text);
	free(again);
	view_changes_release(&c);
}

static void random_posts(void **state)
{
	struct world w;

	(void) state;
	begin(&w);
	for (int i = 0; i < RANDOM_ITEMS; i++) {
		bool reply = pick(2);
		struct values *v = reply ? &w.reply.values : &w.root.values;
		char *text;

		in_the_thread(&w, reply ? &w.reply : &w.root);
		w.f.n_above = reply;
		if (!reply || pick(2))
			random_title(v, "Title");
		random_html(v, "Body");
		assert_int_equal(values_set(v, "Author", people[pick(N_PEOPLE)].wire), 0);
		w.list.flags = pick(2) ? LIST_RAW_HTML : 0;
		text = render_file(eml(&w), &w.f);
		check_ops(eml(&w), &w.f, text, "");
		check_new_post(&w, text);
		free(text);
	}
	end(&w);
}

/* [MS-OXOMSG] 2.2.1.3: a root's has the time and a GUID, an answer's the root's and the time since then. */
static void thread_indexes(void **state)
{
	static const int64_t now = INT64_C(1794817800000000000), later = now + INT64_C(3600000000000);
	CLEANUP(buf_release_p) struct buf root = BUF_INIT(THREAD_INDEX_MAX), other = BUF_INIT(THREAD_INDEX_MAX);
	CLEANUP(buf_release_p) struct buf a = BUF_INIT(THREAD_INDEX_MAX), b = BUF_INIT(THREAD_INDEX_MAX);
	CLEANUP(buf_release_p) struct buf late = BUF_INIT(THREAD_INDEX_MAX), early = BUF_INIT(THREAD_INDEX_MAX);
	CLEANUP(buf_release_p) struct buf full = BUF_INIT(THREAD_INDEX_MAX), deep = BUF_INIT(THREAD_INDEX_MAX);

	(void) state;
	assert_int_equal(thread_index_new(NULL, now, 1, &root), 0);
	assert_int_equal(root.len, 2 + THREAD_INDEX_ROOT);
	assert_memory_equal(buf_str(&root), "0x01DD", 6); /* FILETIME 0x01DD753E... is that day */
	assert_int_equal(thread_index_new(NULL, now, 1, &other), 0);
	assert_string_not_equal(buf_str(&root), buf_str(&other));
	assert_int_equal(thread_index_new(buf_str(&root) + 2, later, 0x1fe, &a), 0);
	assert_int_equal(a.len, 2 + THREAD_INDEX_ROOT + THREAD_INDEX_STEP);
	assert_true(str_starts(buf_str(&a), buf_str(&root)));
	assert_string_equal(buf_str(&a) + a.len - 10, "00021871FE"); /* 3600 s in steps of 2^18 * 100 ns */
	assert_int_equal(thread_index_new(buf_str(&root) + 2, later, 0x1ff, &b), 0);
	assert_true(strcmp(buf_str(&a), buf_str(&b)) < 0);
	/* After more than a year in longer steps, and never before the root. */
	assert_int_equal(thread_index_new(buf_str(&root) + 2, now + INT64_C(9000000) * 10000000000, 0, &late), 0);
	assert_int_equal(buf_str(&late)[2 + THREAD_INDEX_ROOT] & 0x8, 8);
	assert_int_equal(thread_index_new(buf_str(&root) + 2, now - INT64_C(3600000000000), 0, &early), 0);
	assert_string_equal(buf_str(&early) + early.len - 10, "0000000000");
	for (int i = 0; i < THREAD_INDEX_MAX - 10; i++)
		buf_addc(&full, '0');
	assert_int_equal(thread_index_new(buf_str(&full), now, 0, &deep), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(posts_as_in_the_samples),
		cmocka_unit_test(only_the_text_is_the_writers),
		cmocka_unit_test(new_posts),
		cmocka_unit_test(names_that_need_care),
		cmocka_unit_test(encoded_words),
		cmocka_unit_test(time_is_linear),
		cmocka_unit_test(posts_as_html),
		cmocka_unit_test(random_posts),
		cmocka_unit_test(thread_indexes),
	};

	return cmocka_run_group_tests_name("posts", tests, NULL, NULL);
}
