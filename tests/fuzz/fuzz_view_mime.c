/* Messages: what is read is text, and a header is found by its name. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt_mime.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(mime_release_p) struct mime m = MIME_INIT;
	struct err err = { 0 };
	int r = mime_read((const char *) data, n, &m, &err);

	demand(r == 0 || ((r == -EINVAL || r == -EFBIG) && *err.text));
	if (r < 0)
		return 0;
	demand(str_utf8_valid(buf_str(&m.body), m.body.len));
	for (size_t i = 0; i < m.n; i++) {
		demand(str_utf8_valid(m.h[i].value, strlen(m.h[i].value)) && !strpbrk(m.h[i].value, "\r\n"));
		demand(mime_find(&m, m.h[i].name) != NULL);
	}
	return 0;
}
