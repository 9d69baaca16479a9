#include "base/utf8.h"

#include "base/str.h"

size_t utf8_get(const char *s, unsigned *ret)
{
	static const unsigned char lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned char first = (unsigned char) *s;
	size_t len = !first ? 0 : first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	size_t have = 0;
	unsigned c;

	while (have < len && s[have])
		have++;
	if (!len || have < len || !str_utf8_valid(s, len))
		return 0;
	c = first & lead[len];
	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char) s[i] & 0x3f);
	*ret = c;
	return len;
}

size_t utf8_put(unsigned c, char out[4])
{
	size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = len - 1; i > 0; i--, c >>= 6)
		out[i] = (char) (0x80 | (c & 0x3f));
	out[0] = (char) (lead[len] | c);
	return len;
}

bool utf8_is_hidden(unsigned c)
{
	static const struct {
		unsigned first, last;
	} ranges[] = {
		{ 0x80, 0x9f },     { 0xad, 0xad },     { 0x61c, 0x61c },   { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}
