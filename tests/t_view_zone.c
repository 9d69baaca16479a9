/* Time zones: [MS-OUTSPS] 2.2.4.6 to 2.2.4.8, RFC 8536, RFC 5545 3.6.5. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "view/zones.h"
#include "zone.h"

enum { HOUR = 3600, DAY = 86400, DAYS = 3 * 365, MAX_ZONES = 1000, LEAST_ZONES = 400 };

static const char berlin_xml[] =
	"<timeZoneRule><standardBias>-60</standardBias><additionalDaylightBias>-60</additionalDaylightBias>"
	"<standardDate><transitionRule  month='10' day='su' weekdayOfMonth='last' /><transitionTime>3:0:0</transitionTime>"
	"</standardDate><daylightDate><transitionRule  month='3' day='su' weekdayOfMonth='last' />"
	"<transitionTime>2:0:0</transitionTime></daylightDate></timeZoneRule>";

/* MS-OUTSPS_R317: all-day series have exactly this. */
static const char utc_xml[] =
	"<timeZoneRule><standardBias>0</standardBias><additionalDaylightBias>0</additionalDaylightBias></timeZoneRule>";

static int64_t at(const char *iso)
{
	int64_t t;

	assert_int_equal(clock_parse_iso(iso, &t), 0);
	return t;
}

static struct zone_rule rule(const char *posix)
{
	struct zone_rule z;

	assert_int_equal(zone_posix(posix, &z), 0);
	return z;
}

/* ---- one rule ---------------------------------------------------------------------------- */

static void xml_both_ways(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);
	struct zone_rule berlin, back, posix = rule("CET-1CEST,M3.5.0,M10.5.0/3"), utc = rule("UTC0");

	(void) state;
	assert_int_equal(zone_read(berlin_xml, &berlin), 0);
	assert_true(zone_same(&berlin, &posix));
	assert_false(zone_same(&berlin, &utc));
	zone_write(&berlin, &out);
	assert_non_null(strstr(buf_str(&out), "<transitionTime>3:0:0</transitionTime>")); /* MS-OUTSPS_R9057 */
	assert_true(strstr(buf_str(&out), "standardDate") < strstr(buf_str(&out), "daylightDate"));
	assert_int_equal(zone_read(buf_str(&out), &back), 0);
	assert_true(zone_same(&berlin, &back));
	buf_reset(&out);
	zone_write(&utc, &out);
	assert_string_equal(buf_str(&out), utc_xml);
}

/* MS-OUTSPS_R956, R957: a day of the month instead of a weekday; defaults of R952. */
static void xml_days_of_the_month(void **state)
{
	struct zone_rule z, back;
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);

	(void) state;
	assert_int_equal(zone_read("<timeZoneRule><standardBias>120</standardBias><additionalDaylightBias>-60</additionalDaylightBias>"
				   "<standardDate><transitionRule month='10'/><transitionTime>0:0:0</transitionTime></standardDate>"
				   "<daylightDate><transitionRule month='2' dayOfMonth='31'/><transitionTime>1:30:0</transitionTime>"
				   "</daylightDate></timeZoneRule>", &z), 0);
	assert_int_equal(zone_change_day(&z.to_summer, 2027), clock_days(2027, 2, 28));
	assert_int_equal(zone_change_day(&z.to_standard, 2027), clock_days(2027, 10, 3));
	zone_write(&z, &out);
	assert_int_equal(zone_read(buf_str(&out), &back), 0);
	assert_true(zone_same(&z, &back));
}

static void what_is_no_zone(void **state)
{
	static const char *const bad[] = {
		"", "x", "<timeZoneRule/>", "<timeZoneRule><standardBias>x</standardBias></timeZoneRule>",
		"<a><standardBias>99999</standardBias></a>",
		"<a><standardBias>0</standardBias><standardDate><transitionRule month='13'/></standardDate></a>",
		"<a><standardBias>0</standardBias><standardDate><transitionTime>25:0:0</transitionTime></standardDate></a>",
		"<a><standardBias>0</standardBias><transitionRule month='1'/></a>",
		"<a><standardBias>0</standardBias><additionalDaylightBias>-60</additionalDaylightBias><standardDate/><daylightDate/></a>",
	};
	static const char *const bad_posix[] = { "", "CET", "1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M0.1.0,M1.1.0",
						 "CET-200", "CET-1:00:30", "CET-1CEST,J0,J1", "CET-1CEST,1,2", "<x-1" };
	struct zone_rule z;

	(void) state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(zone_read(bad[i], &z), -EINVAL);
	for (size_t i = 0; i < sizeof(bad_posix) / sizeof(*bad_posix); i++)
		assert_int_equal(zone_posix(bad_posix[i], &z), -EINVAL);
}

static void clocks_and_back(void **state)
{
	struct zone_rule z = rule("CET-1CEST,M3.5.0,M10.5.0/3"), south = rule("AEST-10AEDT,M10.1.0,M4.1.0/3");

	(void) state;
	assert_int_equal(zone_rule_local(&z, at("2026-11-02T08:00:00Z")), at("2026-11-02T09:00:00Z"));
	assert_int_equal(zone_rule_local(&z, at("2026-07-02T08:00:00Z")), at("2026-07-02T10:00:00Z"));
	assert_int_equal(zone_rule_local(&south, at("2026-01-01T00:00:00Z")), at("2026-01-01T11:00:00Z"));
	assert_int_equal(zone_rule_local(&south, at("2026-07-01T00:00:00Z")), at("2026-07-01T10:00:00Z"));
	/* 02:30 does not exist on 2026-03-29, and is there twice on 2026-10-25: the first counts. */
	assert_int_equal(zone_rule_utc(&z, at("2026-03-29T02:30:00Z")), at("2026-03-29T01:30:00Z"));
	assert_int_equal(zone_rule_utc(&z, at("2026-10-25T02:30:00Z")), at("2026-10-25T00:30:00Z"));
}

/* The winter of Dublin is, on paper, its daylight saving time; SharePoint's zones have it in summer. */
static void dublin_is_london(void **state)
{
	struct zone_rule a = rule("IST-1GMT0,M10.5.0,M3.5.0/1"), b = rule("GMT0BST,M3.5.0/1,M10.5.0");

	(void) state;
	assert_true(zone_same(&a, &b));
}

/* 24:00 and more, or less than 0:00, move the weekday: XMLTZone has no such times. */
static void times_outside_the_day(void **state)
{
	struct zone_rule a = rule("EET-2EEST,M4.5.5/0,M10.5.4/24"), b = rule("EET-2EEST,M4.5.5/0,M10.5.5/0");
	struct zone_rule c = rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0"), d = rule("<-02>2<-01>,M3.5.6/23,M10.5.0/0");

	(void) state;
	assert_true(zone_same(&a, &b));
	assert_true(zone_same(&c, &d));
}

/* ---- VTIMEZONE ----------------------------------------------------------------------------- */

static int read_ical(const char *text, struct zone_rule *ret)
{
	CLEANUP(lines_release_p) struct lines l = LINES_INIT;

	assert_int_equal(lines_read(text, strlen(text), &l, NULL), 0);
	return zone_read_ical(&l, 0, ret);
}

static void vtimezone_as_in_the_samples(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1000);
	struct zone_rule z = rule("CET-1CEST,M3.5.0,M10.5.0/3");

	(void) state;
	zone_write_ical("Europe/Berlin", &z, &out);
	assert_string_equal(buf_str(&out),
			    "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\n"
			    "BEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n"
			    "TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD\n"
			    "BEGIN:DAYLIGHT\nDTSTART:19700329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"
			    "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n");
}

/* khal writes single changes without a rule, libical several of them: the latest counts. */
static void vtimezone_of_others(void **state)
{
	struct zone_rule z, berlin = rule("CET-1CEST,M3.5.0,M10.5.0/3"), fixed = rule("X5:30"),
			 york = rule("EST5EDT,M3.2.0,M11.1.0");

	(void) state;
	assert_int_equal(read_ical("BEGIN:VTIMEZONE\nTZID:x\nBEGIN:DAYLIGHT\nDTSTART:20260329T020000\nTZOFFSETTO:+0200\n"
				   "END:DAYLIGHT\nBEGIN:STANDARD\nDTSTART:20261025T030000\nTZOFFSETTO:+0100\nEND:STANDARD\n"
				   "BEGIN:STANDARD\nDTSTART:19601025T030000\nTZOFFSETTO:+0500\nEND:STANDARD\nEND:VTIMEZONE\n",
				   &z), 0);
	assert_true(zone_same(&z, &berlin));
	assert_int_equal(read_ical("BEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:-0530\n"
				   "TZOFFSETTO:-0530\nEND:STANDARD\nEND:VTIMEZONE\n", &z), 0);
	assert_true(zone_same(&z, &fixed));
	assert_int_equal(read_ical("BEGIN:VTIMEZONE\nTZID:x\nBEGIN:STANDARD\nDTSTART:20071104T020000\n"
				   "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\nTZOFFSETTO:-0500\nEND:STANDARD\n"
				   "BEGIN:DAYLIGHT\nDTSTART:20070311T020000\nTZOFFSETTO:-0400\n"
				   "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n",
				   &z), 0);
	assert_true(zone_same(&z, &york));
	assert_int_equal(read_ical("BEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE\n", &z), -EINVAL);
	assert_int_equal(read_ical("BEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:2007\nTZOFFSETTO:+0100\nEND:STANDARD\n"
				   "END:VTIMEZONE\n", &z), -EINVAL);
	assert_int_equal(read_ical("BEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:20071104T020000\nTZOFFSETTO:now\nEND:STANDARD\n"
				   "END:VTIMEZONE\n", &z), -EINVAL);
}

/* ---- names ------------------------------------------------------------------------------------ */

static void check_name(const struct view_zones *zones, const char *posix, const char *want)
{
	CLEANUP(buf_release_p) struct buf name = BUF_INIT(200);
	struct zone_rule z = rule(posix);

	zones_name(zones, &z, &name);
	assert_string_equal(buf_str(&name), want);
}

static void need_zoneinfo(void)
{
	struct zone z = ZONE_INIT;

	if (zone_load(VIEW_ZONES_DIR "/Europe/Berlin", &z) < 0) {
		print_message("SKIPPED: " VIEW_ZONES_DIR " is not there\n");
		skip();
	}
	zone_release(&z);
}

static void the_own_zone_goes_first(void **state)
{
	CLEANUP(view_zones_free_p) struct view_zones *oslo = NULL, *none = NULL, *posix = NULL;
	struct zone_rule berlin = rule("CET-1CEST,M3.5.0,M10.5.0/3"), york = rule("EST5EDT,M3.2.0,M11.1.0");
	CLEANUP(buf_release_p) struct buf name = BUF_INIT(200);

	(void) state;
	need_zoneinfo();
	assert_int_equal(view_zones_new(VIEW_ZONES_DIR, "Europe/Oslo", &oslo), 0);
	check_name(oslo, "CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Oslo");
	zones_name(oslo, &york, &name);
	assert_true(str_starts(buf_str(&name), "America/"));
	check_name(oslo, "X3:17", "spfs-197");
	check_name(oslo, "X1Y,M2.1.0,J300/1", "spfs-60-60-10.27/3600-2.1.6/7200");
	assert_true(zone_same(zones_own(oslo), &berlin));
	assert_int_equal(view_zones_new(VIEW_ZONES_DIR, "CET-1CEST,M3.5.0,M10.5.0/3", &posix), 0);
	assert_true(zone_same(zones_own(posix), &berlin));
	assert_int_equal(view_zones_new("/nowhere", "Europe/Oslo", &none), 0);
	check_name(none, "UTC0", "spfs-0");
}

static void names_that_tools_use(void **state)
{
	CLEANUP(view_zones_free_p) struct view_zones *zones = NULL;
	static const char *const known[] = { "Europe/Berlin", "UTC", "/citadel.org/20260101_1/Europe/Berlin" };
	static const char *const unknown[] = { "W. Europe Standard Time", "../../../etc/passwd", "/etc/passwd", "", "Europe",
					       "zone1970.tab", "/", "Europe/../UTC" };

	(void) state;
	need_zoneinfo();
	assert_int_equal(view_zones_new(VIEW_ZONES_DIR, "UTC", &zones), 0);
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		CLEANUP(zone_release_p) struct zone z = ZONE_INIT;

		assert_int_equal(zones_find(zones, known[i], &z), 0);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		CLEANUP(zone_release_p) struct zone z = ZONE_INIT;

		assert_int_equal(zones_find(zones, unknown[i], &z), -ENOENT);
	}
}

/* What happened before the rule: Berlin had summer all year in 1945, New York changed later until 2006. */
static void the_past_is_in_the_file(void **state)
{
	CLEANUP(zone_release_p) struct zone z = ZONE_INIT;

	(void) state;
	need_zoneinfo();
	assert_int_equal(zone_load(VIEW_ZONES_DIR "/America/New_York", &z), 0);
	assert_int_equal(zone_utc(&z, at("2006-03-20T12:00:00Z")), at("2006-03-20T17:00:00Z"));
	assert_int_equal(zone_utc(&z, at("2007-03-20T12:00:00Z")), at("2007-03-20T16:00:00Z"));
	assert_int_equal(zone_utc(&z, at("1880-03-20T12:00:00Z")), at("1880-03-20T16:56:02Z"));
	assert_int_equal(zone_utc(&z, at("2040-07-20T12:00:00Z")), at("2040-07-20T16:00:00Z"));
	assert_int_equal(zone_utc(&z, at("2026-03-08T02:30:00Z")), at("2026-03-08T07:30:00Z"));
	assert_int_equal(zone_utc(&z, at("2026-11-01T01:30:00Z")), at("2026-11-01T05:30:00Z"));
}

/* ---- all zones there are ----------------------------------------------------------------------- */

static struct {
	char *name[MAX_ZONES];
	size_t n;
} all;

static int collect(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct zone z = ZONE_INIT;
	const char *name = path + strlen(VIEW_ZONES_DIR "/");

	(void) st;
	(void) ftw;
	if ((type != FTW_F && type != FTW_SL) || str_starts(name, "right/") || str_starts(name, "posix/") || str_eq(name, "localtime") ||
	    str_eq(name, "posixrules") || zone_load(path, &z) < 0)
		return 0;
	zone_release(&z);
	assert_true(all.n < MAX_ZONES);
	all.name[all.n] = strdup(name);
	assert_non_null(all.name[all.n++]);
	return 0;
}

/* Zones that XMLTZone cannot say: times outside the day, Havana, which has one winter outside its rule, and Morocco,
 * whose Ramadan is dates in some versions of the data. */
static bool is_inexact(const char *name)
{
	static const char *const names[] = {
		"Africa/Cairo", "Egypt", "America/Nuuk", "America/Godthab", "America/Scoresbysund", "America/Santiago",
		"Chile/Continental", "Asia/Gaza", "Asia/Hebron", "Asia/Jerusalem", "Asia/Tel_Aviv", "Israel",
		"America/Havana", "Cuba", "Africa/Casablanca", "Africa/El_Aaiun", "Morocco", NULL,
	};

	for (const char *const *p = names; *p; p++)
		if (str_eq(*p, name))
			return true;
	return false;
}

/* Whether the rule says what the C library says, at eight moments of each day. The file must in any case. */
static bool agrees(const char *name, const struct zone *z)
{
	static const int hours[] = { 0, 1, 2, 3, 7, 12, 19, 23 };
	bool same = true;

	setenv("TZ", name, 1);
	tzset();
	for (int i = 0; i < DAYS * 8; i++) {
		time_t t = (time_t) (at("2027-01-01T00:00:00Z") + i / 8 * DAY + hours[i % 8] * HOUR);
		struct tm tm;
		int64_t local, back;

		assert_non_null(localtime_r(&t, &tm));
		local = t + tm.tm_gmtoff;
		back = zone_utc(z, local);
		if (back != t) { /* the second time that the clock shows this */
			time_t u = (time_t) back;

			assert_non_null(localtime_r(&u, &tm));
			assert_int_equal(u + tm.tm_gmtoff, local);
		}
		same &= zone_rule_local(&z->rule, t) == local;
	}
	return same;
}

static void check_zone(const struct view_zones *zones, const char *name)
{
	CLEANUP(buf_release_p) struct buf path = BUF_INIT(1000), xml = BUF_INIT(1000), tzid = BUF_INIT(1000),
					  ical = BUF_INIT(1000);
	CLEANUP(zone_release_p) struct zone z = ZONE_INIT, of_name = ZONE_INIT;
	struct zone_rule back;

	buf_addf(&path, "%s/%s", VIEW_ZONES_DIR, name);
	assert_int_equal(zone_load(buf_str(&path), &z), 0);
	assert_true(z.has_rule);
	if (!agrees(name, &z) && !is_inexact(name))
		fail_msg("%s is not what its rule says", name);
	zone_write(&z.rule, &xml);
	assert_int_equal(zone_read(buf_str(&xml), &back), 0);
	assert_true(zone_same(&z.rule, &back));
	zones_name(zones, &z.rule, &tzid);
	if (zones_find(zones, buf_str(&tzid), &of_name) == 0)
		assert_true(zone_same(&z.rule, &of_name.rule));
	else
		assert_true(str_starts(buf_str(&tzid), "spfs-"));
	zone_write_ical(buf_str(&tzid), &z.rule, &ical);
	assert_int_equal(read_ical(buf_str(&ical), &back), 0);
	assert_true(zone_same(&z.rule, &back));
}

static void every_zone_of_the_system(void **state)
{
	CLEANUP(view_zones_free_p) struct view_zones *zones = NULL;

	(void) state;
	need_zoneinfo();
	assert_int_equal(view_zones_new(VIEW_ZONES_DIR, "Europe/Berlin", &zones), 0);
	assert_int_equal(nftw(VIEW_ZONES_DIR, collect, 8, FTW_PHYS), 0);
	print_message("%zu zones\n", all.n);
	assert_true(all.n > LEAST_ZONES || all.n == 0);
	for (size_t i = 0; i < all.n; i++) {
		check_zone(zones, all.name[i]);
		free(all.name[i]);
	}
	unsetenv("TZ");
	tzset();
}

/* A zone file without a byte was read from nowhere. */
static void empty_and_short_files_are_no_zones(void **state)
{
	static const char *const texts[] = { "", "TZif", "TZif2" };

	(void) state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char path[] = "/tmp/spfs-zone-XXXXXX";
		struct zone z = ZONE_INIT;
		int fd = mkstemp(path);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, texts[i], strlen(texts[i])), (ssize_t) strlen(texts[i]));
		close(fd);
		assert_int_equal(zone_load(path, &z), -EINVAL);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xml_both_ways),
		cmocka_unit_test(xml_days_of_the_month),
		cmocka_unit_test(what_is_no_zone),
		cmocka_unit_test(clocks_and_back),
		cmocka_unit_test(dublin_is_london),
		cmocka_unit_test(times_outside_the_day),
		cmocka_unit_test(vtimezone_as_in_the_samples),
		cmocka_unit_test(vtimezone_of_others),
		cmocka_unit_test(the_own_zone_goes_first),
		cmocka_unit_test(names_that_tools_use),
		cmocka_unit_test(the_past_is_in_the_file),
		cmocka_unit_test(every_zone_of_the_system),
		cmocka_unit_test(empty_and_short_files_are_no_zones),
	};

	return cmocka_run_group_tests_name("time zones", tests, NULL, NULL);
}
