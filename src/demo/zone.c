#include "zone.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/uri.h"

#define ZONE_DEFAULT 1

static const char *const names[ZONES] = { "intranet", "default", "extranet", "internet", "custom" };

int zones_set(struct zones *z, const char *name, const char *url)
{
	struct uri u = { 0 };
	size_t n = strlen(url);
	size_t k = 0;

	while (k < ZONES && !str_eq_nocase(names[k], name))
		k++;
	if (k == ZONES || n + 2 > sizeof(z->url[k]) || strpbrk(url, ", \t\r\n"))
		return -EINVAL;
	if (n && uri_parse(url, &u) < 0)
		return -EINVAL;
	uri_release(&u);
	snprintf(z->url[k], sizeof(z->url[k]), "%s%s", url, n && url[n - 1] != '/' ? "/" : "");
	return 0;
}

/* Did the client call by the address of another zone? */
static bool is_of_zone(const struct zones *z, const char *base)
{
	size_t n = strlen(base);

	for (size_t k = 0; k < ZONES; k++)
		if (str_starts(z->url[k], base) && str_eq(z->url[k] + n, "/"))
			return true;
	return false;
}

void zones_write(const struct zones *z, const char *base, struct buf *out)
{
	const char *sep = "";

	for (size_t k = 0; k < ZONES; k++) {
		bool called = k == ZONE_DEFAULT && !*z->url[k] && !is_of_zone(z, base);

		if (!*z->url[k] && !called)
			continue;
		buf_addf(out, "%s%s%s", sep, called ? base : z->url[k], called ? "/" : "");
		sep = ",";
	}
}
