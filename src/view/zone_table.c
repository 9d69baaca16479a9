/*
 * Names of zones. Several hundred names share some sixty rules; of those that
 * share one the first of zone1970.tab stands for all, which is the order in
 * which the people who keep the table think of them. The user's own goes first.
 */
#include "view/zones.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "zone.h"

enum { MAX_TABLE = 1 << 20, MAX_NAME = 64, MAX_PATH = 4096 };

struct named {
	char name[MAX_NAME];
	struct zone_rule rule;
};

/* Immutable once view_zones_new() returned. */
struct view_zones {
	char *dir;         /* owned */
	struct named own;  /* name "": it has none */
	struct named *n;   /* owned; one for each rule */
	size_t count;
	size_t cap;
};

struct view_zones *view_zones_free(struct view_zones *z)
{
	if (z) {
		free(z->dir);
		free(z->n);
		free(z);
	}
	return NULL;
}

/* ---- files --------------------------------------------------------------------------- */

/* Names that cannot lead out of the directory. */
static bool is_name(const char *s)
{
	size_t n = strlen(s);

	for (const char *p = s; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
		      strchr("_+-/", *p)))
			return false;
	return n && n < MAX_NAME && *s != '/';
}

static int load(const struct view_zones *z, const char *name, struct zone *ret)
{
	CLEANUP(str_free_p) char *path = NULL;
	int r;

	if (!is_name(name))
		return -ENOENT;
	path = str_printf("%s/%s", z->dir, name);
	r = path ? zone_load(path, ret) : -ENOMEM;
	return r == -ENOMEM || r == 0 ? r : -ENOENT;
}

int zones_find(const struct view_zones *zones, const char *tzid, struct zone *ret)
{
	int r = load(zones, tzid, ret);

	/* "/citadel.org/20260101_1/Europe/Berlin" */
	while (r == -ENOENT && *tzid == '/' && (tzid = strchr(tzid + 1, '/')))
		r = load(zones, tzid + 1, ret);
	return r;
}

/* ---- building -------------------------------------------------------------------------- */

static const struct named *find_rule(const struct view_zones *z, const struct zone_rule *rule)
{
	for (size_t i = 0; i < z->count; i++)
		if (zone_same(&z->n[i].rule, rule))
			return &z->n[i];
	return NULL;
}

/* 0, also when it has no rule or one that is there already; -ENOMEM. */
static int add_zone(struct view_zones *z, const char *name)
{
	CLEANUP(zone_release_p) struct zone zone = ZONE_INIT;
	int r = load(z, name, &zone);

	if (r == -ENOENT || (r == 0 && (!zone.has_rule || find_rule(z, &zone.rule))))
		return 0;
	if (r == 0)
		r = vec_grow(&z->n, &z->cap, z->count + 1, sizeof(*z->n));
	if (r < 0)
		return r;
	z->n[z->count].rule = zone.rule;
	snprintf(z->n[z->count++].name, MAX_NAME, "%s", name);
	return 0;
}

/* "DE,DK\t+5230+01322\tEurope/Berlin\tcomment" */
static int add_line(struct view_zones *z, char *line)
{
	char *name = strchr(line, '\t');

	name = name && *line != '#' ? strchr(name + 1, '\t') : NULL;
	if (!name)
		return 0;
	name++;
	name[strcspn(name, "\t\r")] = '\0';
	return add_zone(z, name);
}

static int add_all(struct view_zones *z)
{
	struct buf table = BUF_INIT(MAX_TABLE);
	CLEANUP(str_free_p) char *path = str_printf("%s/zone1970.tab", z->dir);
	int r = path ? fsutil_read(path, &table) : -ENOMEM;
	char *line = table.p, *next;

	for (; r == 0 && line && *line; line = next) {
		size_t n = strcspn(line, "\n");

		next = line + n + (line[n] == '\n');
		line[n] = '\0';
		r = add_line(z, line);
	}
	buf_release(&table);
	return r == -ENOMEM ? r : 0;
}

/* ---- the user's own -------------------------------------------------------------------- */

/* The part of a path behind ".../zoneinfo/". */
static const char *in_zoneinfo(const char *path)
{
	const char *at = strstr(path, "/zoneinfo/");

	return at ? at + strlen("/zoneinfo/") : NULL;
}

static void read_localtime(char name[MAX_PATH])
{
	char target[MAX_PATH];
	ssize_t n = readlink("/etc/localtime", target, sizeof(target) - 1);
	struct buf b = BUF_INIT(MAX_PATH - 1);
	const char *found;

	target[n > 0 ? n : 0] = '\0';
	found = in_zoneinfo(target);
	if (!found && fsutil_read("/etc/timezone", &b) == 0)
		found = str_trim(b.p ? b.p : target);
	snprintf(name, MAX_PATH, "%s", found ? found : "");
	buf_release(&b);
}

static void find_own(char name[MAX_PATH])
{
	const char *tz = getenv("TZ"), *found;

	if (str_empty(tz)) {
		read_localtime(name);
		return;
	}
	tz += *tz == ':';
	found = *tz == '/' ? in_zoneinfo(tz) : tz;
	if (found)
		snprintf(name, MAX_PATH, "%s", found);
	else
		read_localtime(name);
}

static int set_own(struct view_zones *z, const char *own)
{
	CLEANUP(zone_release_p) struct zone zone = ZONE_INIT;
	char name[MAX_PATH];
	int r;

	snprintf(name, sizeof(name), "%s", own ? own : "");
	if (!own)
		find_own(name);
	r = load(z, name, &zone);
	if (r == -ENOMEM)
		return r;
	if (r == 0 && zone.has_rule) {
		z->own.rule = zone.rule;
		snprintf(z->own.name, MAX_NAME, "%.*s", MAX_NAME - 1, name);
	} else if (zone_posix(name, &z->own.rule) < 0) {
		z->own.rule = (struct zone_rule) { 0 };
	}
	return 0;
}

int view_zones_new(const char *dir, const char *own, struct view_zones **ret)
{
	CLEANUP(view_zones_free_p) struct view_zones *z = calloc(1, sizeof(*z));
	int r = z ? str_set(&z->dir, dir) : -ENOMEM;

	if (r == 0)
		r = set_own(z, own);
	if (r == 0)
		r = add_all(z);
	if (r < 0)
		return r;
	*ret = z;
	z = NULL;
	return 0;
}

/* ---- naming -------------------------------------------------------------------------------- */

static void name_change(const struct zone_change *c, struct buf *out)
{
	if (c->month_day)
		buf_addf(out, "-%d.%d/%d", c->month, c->month_day, c->second);
	else
		buf_addf(out, "-%d.%d.%d/%d", c->month, c->nth < 0 ? 5 : c->nth, c->weekday, c->second);
}

void zones_name(const struct view_zones *zones, const struct zone_rule *rule, struct buf *out)
{
	const struct named *n = zones ? find_rule(zones, rule) : NULL;

	if (zones && zones->own.name[0] && zone_same(&zones->own.rule, rule))
		n = &zones->own;
	if (n) {
		buf_adds(out, n->name);
		return;
	}
	buf_addf(out, "spfs-%d", rule->bias);
	if (!rule->summer)
		return;
	buf_addf(out, "-%d", -rule->summer);
	name_change(&rule->to_standard, out);
	name_change(&rule->to_summer, out);
}

const struct zone_rule *zones_own(const struct view_zones *zones)
{
	return &zones->own.rule;
}
