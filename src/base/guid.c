#include "base/guid.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

int guid_new(char out[GUID_SIZE])
{
	unsigned char b[16];

	if (getrandom(b, sizeof(b), 0) != sizeof(b))
		return -EIO;
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(out, GUID_SIZE, "{%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
		 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
		 b[14], b[15]);
	return 0;
}

bool guid_normalise(const char *s, char out[GUID_SIZE])
{
	bool braces = *s == '{';
	char t[GUID_SIZE] = "{";

	s += braces;
	for (int i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !isxdigit((unsigned char) s[i]))
			return false;
		t[i + 1] = (char) toupper((unsigned char) s[i]);
	}
	if (s[36] != (braces ? '}' : '\0') || (braces && s[37]))
		return false;
	t[37] = '}';
	t[38] = '\0';
	memcpy(out, t, GUID_SIZE);
	return true;
}
