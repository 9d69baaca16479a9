#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t clock_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_mono_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Years begin in March here, so that the leap day is the last one. */
int64_t clock_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void clock_date(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*ret_day = (int) (doy - (153 * mp + 2) / 5 + 1);
	*ret_month = (int) (mp < 10 ? mp + 3 : mp - 9);
	*ret_year = (int) (yoe + era * 400 + (*ret_month <= 2));
}

static int to_seconds(const int f[6], int64_t *ret)
{
	int y, m, d;
	int64_t days;

	if (f[1] < 1 || f[1] > 12 || f[2] < 1 || f[3] > 23 || f[4] > 59 || f[5] > 60)
		return -EINVAL;
	days = clock_days(f[0], f[1], f[2]);
	clock_date(days, &y, &m, &d);
	if (y != f[0] || m != f[1] || d != f[2])
		return -EINVAL;
	*ret = days * 86400 + f[3] * 3600 + f[4] * 60 + f[5];
	return 0;
}

/* A number of at most `most` digits off *p; -1: there is none. */
static int take_number(const char **p, int most)
{
	int n = 0, v = 0;

	for (; n < most && **p >= '0' && **p <= '9'; n++)
		v = v * 10 + *(*p)++ - '0';
	return n ? v : -1;
}

/* Three numbers with such separators between them. By hand: a first pull reads ten of these for each item, and
 * sscanf was a twentieth of all it did. */
static bool take_three(const char **p, int most, char separator, int f[3])
{
	for (int i = 0; i < 3; i++) {
		if (i && *(*p)++ != separator)
			return false;
		f[i] = take_number(p, i ? 2 : most);
		if (f[i] < 0)
			return false;
	}
	return true;
}

int clock_parse_iso(const char *s, int64_t *ret_seconds)
{
	int f[6] = { 0 };

	if (!take_three(&s, 4, '-', f))
		return -EINVAL;
	if (*s == 'T' || *s == ' ') {
		s++;
		if (!take_three(&s, 2, ':', f + 3))
			return -EINVAL;
		if (*s == '.')
			s += 1 + strspn(s + 1, "0123456789");
	}
	if (*s == 'Z')
		s++;
	return *s ? -EINVAL : to_seconds(f, ret_seconds);
}

/* v, from 0 to 9999, in n digits. */
static char *put_digits(char *p, int n, int v)
{
	for (int i = n; i-- > 0; v /= 10)
		p[i] = (char) ('0' + v % 10);
	return p + n;
}

void clock_format_digits(const int f[6], const char separators[5], char out[CLOCK_DIGITS])
{
	char *p = put_digits(out, 4, f[0]);

	for (int i = 1; i < 6; i++) {
		*p++ = separators[i - 1];
		p = put_digits(p, 2, f[i]);
	}
	*p = '\0';
}

void clock_format_iso(int64_t seconds, char out[CLOCK_ISO_SIZE])
{
	int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
	int rest = (int) (seconds - days * 86400);
	int y, m, d;

	clock_date(days, &y, &m, &d);
	if (y < 0 || y > 9999) {
		snprintf(out, CLOCK_ISO_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", y, m, d, rest / 3600,
			 rest / 60 % 60, rest % 60);
		return;
	}
	clock_format_digits((const int[6]) { y, m, d, rest / 3600, rest / 60 % 60, rest % 60 }, "--T::", out);
	memcpy(out + CLOCK_DIGITS - 1, "Z", 2);
}

int clock_parse_http(const char *s, int64_t *ret_seconds)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "";
	const char *at;
	int f[6] = { 0 };

	if (sscanf(s, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &f[2], month, &f[0], &f[3], &f[4], &f[5]) != 6)
		return -EINVAL;
	at = strlen(month) == 3 ? strstr(names, month) : NULL;
	if (!at || (at - names) % 3)
		return -EINVAL;
	f[1] = (int) (at - names) / 3 + 1;
	return to_seconds(f, ret_seconds);
}
