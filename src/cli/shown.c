#include "cli/shown.h"

#include "base/buf.h"
#include "base/utf8.h"

void cli_shown(struct buf *out, const char *s, int max)
{
	for (int n = 0; *s; n++) {
		unsigned c;
		size_t len = utf8_get(s, &c);

		if (max && n == max) {
			buf_adds(out, "\xe2\x80\xa6");
			return;
		}
		if (len == 0)
			buf_addf(out, "<%02X>", (unsigned char) *s++);
		else if (c < ' ' || c == 0x7f || utf8_is_hidden(c))
			buf_addf(out, "<U+%04X>", c);
		else
			buf_add(out, s, len);
		s += len;
	}
}
