/* Messages that the demo server takes into a discussion board. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "mime.h"

static void demand(int holds)
{
	if (!holds)
		abort();
}

static void check(const char *s)
{
	demand(s && str_utf8_valid(s, strlen(s)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	CLEANUP(mime_release_p) struct mime m = { 0 };
	int r = mime_read((const char *) data, n, &m);

	demand(r == 0 || r == -EINVAL || r == -EFBIG);
	if (r < 0)
		return 0;
	check(m.subject);
	check(m.message_id);
	check(m.references);
	check(m.html);
	demand(m.n_files <= MIME_PARTS);
	for (size_t i = 0; i < m.n_files; i++)
		check(m.files[i].name);
	return 0;
}
