#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "views.h"

char *rec_name(const char *display)
{
	struct buf name = BUF_INIT(4096);

	if (!isascii((unsigned char) *display) || !isalpha((unsigned char) *display))
		buf_adds(&name, "F_");
	for (; *display && name.len < 200; display++) {
		unsigned char c = (unsigned char) *display;

		if (c < 0x80)
			buf_addc(&name, isalnum(c) ? (char) c : '_');
		else if (c >= 0xc0) /* a character, not each of its bytes */
			buf_addc(&name, '_');
	}
	if (buf_error(&name) < 0) {
		buf_release(&name);
		return NULL;
	}
	return buf_take(&name);
}
