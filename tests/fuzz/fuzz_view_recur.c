/*
 * Rules of series and zones. The first byte chooses: 'r' an RRULE, 'z' XMLTZone, 'p' a POSIX zone, 't' a file of
 * /usr/share/zoneinfo, else RecurrenceData.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "recur.h"
#include "zone.h"

enum { INSTANCES = 50, START = 20759 };

static void demand(int holds)
{
	if (!holds)
		abort();
}

/* Each instance is one, none is between two, and they ascend. */
static void check_days(const struct recur *r, int64_t start)
{
	int64_t day = recur_first(r, start), next;

	for (int i = 0; i < INSTANCES && day != RECUR_NEVER; i++, day = next) {
		demand(recur_has(r, start, day));
		next = recur_next(r, start, day);
		demand(next > day);
		demand(next == RECUR_NEVER || next == day + 1 || !recur_has(r, start, (day + next) / 2) || (day + next) / 2 == day);
	}
}

/* Both forms say the same. */
static void check_rule(struct recur r)
{
	CLEANUP(buf_release_p) struct buf xml = BUF_INIT(1 << 16), rule = BUF_INIT(1 << 16);
	int64_t first = recur_first(&r, START);
	const struct recur_from from = { .day = first, .second = 0, .week_start = r.week_start };
	struct recur back;

	check_days(&r, START);
	if (first == RECUR_NEVER)
		return;
	r.until_as = RECUR_ENDS_BY;
	recur_write(&r, false, &xml);
	demand(recur_read(buf_str(&xml), &back) == 0 && recur_same(&r, &back) && back.end == r.end);
	recur_rule(&r, &rule);
	demand(recur_parse(buf_str(&rule), &from, &back, NULL) == 0 && (!r.days || recur_same(&r, &back)));
}

static void check_zone(const struct zone_rule *z)
{
	CLEANUP(buf_release_p) struct buf xml = BUF_INIT(1 << 16), ical = BUF_INIT(1 << 16);
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;
	struct zone_rule back;

	zone_write(z, &xml);
	demand(zone_read(buf_str(&xml), &back) == 0 && zone_same(z, &back));
	zone_write_ical("X", z, &ical);
	demand(lines_read(buf_str(&ical), ical.len, &l, NULL) == 0);
	if (z->bias > -1440 && z->bias < 1440 && z->bias + z->summer > -1440)
		demand(zone_read_ical(&l, 0, &back) == 0);
	for (int64_t t = 1700000000; t < 1800000000; t += 9999999)
		demand(llabs(zone_rule_utc(z, zone_rule_local(z, t)) - t) <= llabs((long long) z->summer) * 60);
}

/* What cannot be read leaves nothing behind; what can knows the time of any moment. */
static void check_file(const uint8_t *data, size_t n)
{
	CLEANUP(zone_release_p) struct zone z = ZONE_INIT;
	int fd = memfd_create("zone", MFD_CLOEXEC);
	char path[64];

	demand(fd >= 0 && write(fd, data, n) == (ssize_t) n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (zone_load(path, &z) == 0)
		for (int64_t t = -2000000000; t < 3000000000; t += 99999999)
			demand(llabs(zone_utc(&z, t) - t) <= (int64_t) 1 << 32);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct recur_from from = { .day = START, .second = 3600, .week_start = 6 };
	char *text = strndup(n ? (const char *) data + 1 : "", n ? n - 1 : 0);
	struct err err = { 0 };
	struct zone_rule z;
	struct recur r;

	demand(text != NULL);
	if (n && data[0] == 'r') {
		if (recur_parse(text, &from, &r, &err) == 0)
			check_rule(r);
		else
			demand(*err.text);
	} else if (n && data[0] == 'z') {
		if (zone_read(text, &z) == 0)
			check_zone(&z);
	} else if (n && data[0] == 'p') {
		if (zone_posix(text, &z) == 0)
			check_zone(&z);
	} else if (n && data[0] == 't') {
		check_file(data + 1, n - 1);
	} else if (recur_read(text, &r) == 0) {
		check_rule(r);
	}
	free(text);
	return 0;
}
