/* Messages as a discussion board takes them: RFC 5322, 2045, 2047, 2231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "mime.h"

static int read(const char *text, struct mime *m)
{
	return mime_read(text, strlen(text), m);
}

static void headers_are_unfolded_and_decoded(void **state)
{
	CLEANUP(mime_release_p) struct mime m = { 0 };

	(void) state;
	assert_int_equal(read("subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n =?UTF-8?B?IHVuZA==?= more\r\n\tand more\r\n"
			      "X-Other: no\r\nMESSAGE-ID:<a@b>\r\nThread-index: AAAA\r\n\r\nbody\r\n",
			      &m),
			 0);
	assert_string_equal(m.subject, "Gr\xc3\xb6\xc3\x9f" "e und more\tand more");
	assert_string_equal(m.message_id, "<a@b>");
	assert_string_equal(m.thread_index, "AAAA");
	assert_string_equal(m.thread_topic, "");
	assert_string_equal(m.html, "body<br>\n");
}

static void words_that_are_not_encoded_stay(void **state)
{
	static const char *const texts[] = { "=?", "=?a?b", "=?utf-8?X?a?=", "=?utf-8?B?***?=", "a =?utf-8?Q?b" };

	(void) state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		CLEANUP(mime_release_p) struct mime m = { 0 };
		CLEANUP(str_free_p) char *text = str_printf("Subject: %s\n\n", texts[i]);

		assert_int_equal(read(text, &m), 0);
		assert_string_equal(m.subject, texts[i]);
	}
}

static void parts_of_a_message(void **state)
{
	CLEANUP(mime_release_p) struct mime m = { 0 };

	(void) state;
	assert_int_equal(read("Subject: s\nContent-Type: multipart/mixed; boundary=\"out er\"\n\nfor old programs\n"
			      "--out er\nContent-Type: multipart/alternative; boundary=in\n\n"
			      "--in\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>a=\nb=3D=C3=A4</p>\n"
			      "--in\n\nplain\n--in--\n"
			      "--out er\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\nAAEC\n"
			      "--out er\nContent-Disposition: attachment; filename*=utf-8''%C3%A4%20.txt\n\nraw\n--out er--\nrest",
			      &m),
			 0);
	assert_string_equal(m.html, "<p>ab=\xc3\xa4</p>\n");
	assert_int_equal(m.n_files, 2);
	assert_string_equal(m.files[0].name, "a.png");
	assert_int_equal(m.files[0].content.len, 3);
	assert_memory_equal(m.files[0].content.p, "\0\1\2", 3);
	assert_string_equal(m.files[1].name, "\xc3\xa4 .txt");
	assert_string_equal(buf_str(&m.files[1].content), "raw\n");
}

static void bytes_that_are_no_utf_8(void **state)
{
	CLEANUP(mime_release_p) struct mime m = { 0 };
	static const char text[] = "Subject: K\xe4se\n\nBr\xf6t\0chen & <x>";

	(void) state;
	assert_int_equal(mime_read(text, sizeof(text) - 1, &m), 0);
	assert_string_equal(m.subject, "K\xc3\xa4se");
	assert_string_equal(m.html, "Br\xc3\xb6t chen &amp; &lt;x&gt;");
}

static void messages_that_are_none(void **state)
{
	static const char *const bad[] = { "", "\n", "no header\n\nbody", "\n\nSubject: x\n",
					   "Subject: x\nContent-Type: multipart/mixed\n\n--\n\na",
					   "Subject: x\nContent-Transfer-Encoding: base64\n\n***" };

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CLEANUP(mime_release_p) struct mime m = { 0 };

		if (read(bad[i], &m) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
}

/* Each level has the same boundary and begins the next one. */
static void parts_inside_of_each_other_end_somewhere(void **state)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 20);
	CLEANUP(mime_release_p) struct mime m = { 0 };

	(void) state;
	buf_adds(&text, "Subject: x\n");
	for (int i = 0; i < 20; i++)
		buf_addf(&text, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	assert_int_equal(mime_read(text.p, text.len, &m), -EINVAL);
}

/* Any bytes at all: nothing is read beyond the end. */
static void random_bytes(void **state)
{
	static const char *const pieces[] = { "Content-Type: ", "multipart/mixed; boundary=b", "\n", "\r\n", "--b", "--", ": ",
					      "=?utf-8?Q?", "?=", "=", "=4", "Content-Transfer-Encoding: quoted-printable\n",
					      "text/html", ";", "name=\"", "filename*=", "'", "%4", "\xc3", "Subject:", " " };
	uint32_t seed = 1;

	(void) state;
	for (int round = 0; round < 20000; round++) {
		CLEANUP(buf_release_p) struct buf text = BUF_INIT(1 << 16);
		CLEANUP(mime_release_p) struct mime m = { 0 };
		char *exact;

		for (int k = 0; k < 12; k++) {
			seed = seed * 1664525 + 1013904223;
			buf_adds(&text, pieces[(seed >> 16) % (sizeof(pieces) / sizeof(*pieces))]);
		}
		exact = malloc(text.len); /* without a NUL behind it */
		assert_non_null(exact);
		memcpy(exact, text.p, text.len);
		(void) !mime_read(exact, text.len, &m);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_unfolded_and_decoded), cmocka_unit_test(words_that_are_not_encoded_stay),
		cmocka_unit_test(parts_of_a_message),		    cmocka_unit_test(bytes_that_are_no_utf_8),
		cmocka_unit_test(messages_that_are_none),
		cmocka_unit_test(parts_inside_of_each_other_end_somewhere), cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
