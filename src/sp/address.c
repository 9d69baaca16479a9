#include "address.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/uri.h"
#include "sp/sp.h"

enum { RECENT_MS = 300000, ADDRESSES_MAX = 32 };

struct failure {
	char *address; /* owned */
	int64_t at;    /* monotonic ms */
};

struct known {
	char *site;    /* owned */
	char *current; /* owned; the one in use, NULL: none was chosen yet */
	struct failure *failures; /* owned */
	size_t n, cap;
	struct known *next; /* owned */
};

struct address_book {
	const struct sp_accounts *accounts; /* foreign */
	struct lock lock;                   /* RANK_LEAF */
	struct known *known;                /* owned; protected */
};

struct address_book *address_book_new(const struct sp_accounts *accounts)
{
	struct address_book *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->accounts = accounts;
	lock_init(&b->lock, RANK_LEAF);
	return b;
}

static struct known *known_free(struct known *k)
{
	if (!k)
		return NULL;
	for (size_t i = 0; i < k->n; i++)
		free(k->failures[i].address);
	free(k->failures);
	free(k->site);
	free(k->current);
	free(k);
	return NULL;
}

struct address_book *address_book_free(struct address_book *b)
{
	if (!b)
		return NULL;
	while (b->known) {
		struct known *k = b->known;

		b->known = k->next;
		known_free(k);
	}
	lock_release(&b->lock);
	free(b);
	return NULL;
}

/* ---- a site's addresses ------------------------------------------------------------------ */

/* "https://other.example" is another way to the server: the path is that of the site. */
static int complete(const char *site, char **address)
{
	struct uri a = { 0 }, s = { 0 };
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(16384);
	int r = uri_parse(*address, &a);

	if (r == 0)
		r = uri_parse(site, &s);
	if (r == 0 && str_eq(a.path, "/") && !str_eq(s.path, "/")) {
		uri_origin(&a, &b);
		uri_encode_path(&b, s.path);
		r = buf_error(&b);
		if (r == 0)
			r = str_set(address, buf_str(&b));
	}
	uri_release(&a);
	uri_release(&s);
	return r == -EINVAL ? 0 : r;
}

int address_nth(const struct sp_accounts *accounts, const char *site, int n, char **ret)
{
	char *address = NULL;
	size_t len;
	int r;

	*ret = NULL;
	if (n == 0) {
		*ret = strdup(site);
		return *ret ? 0 : -ENOMEM;
	}
	if (!accounts->alternate || n > ADDRESSES_MAX)
		return 0;
	r = accounts->alternate(accounts->arg, site, n - 1, &address);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	len = strlen(address);
	while (len && address[len - 1] == '/')
		address[--len] = '\0';
	r = complete(site, &address);
	if (r < 0)
		str_free_p(&address);
	*ret = address;
	return r;
}

/* ---- what is known of them; need the lock ---------------------------------------------------- */

static struct known *find(struct address_book *b, const char *site)
{
	struct known *k = b->known;

	while (k && !str_eq(k->site, site))
		k = k->next;
	if (k)
		return k;
	k = calloc(1, sizeof(*k));
	if (!k || str_set(&k->site, site) < 0)
		return known_free(k);
	k->next = b->known;
	b->known = k;
	return k;
}

/* 0: never. */
static int64_t failed_at(const struct known *k, const char *address)
{
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->failures[i].address, address))
			return k->failures[i].at;
	return 0;
}

static bool is_recent(const struct known *k, const char *address)
{
	int64_t at = failed_at(k, address);

	return at && clock_mono_ms() - at < RECENT_MS;
}

static int note(struct known *k, const char *address)
{
	int r;

	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->failures[i].address, address)) {
			k->failures[i].at = clock_mono_ms();
			return 0;
		}
	r = vec_grow(&k->failures, &k->cap, k->n + 1, sizeof(*k->failures));
	if (r < 0)
		return r;
	k->failures[k->n] = (struct failure) { strdup(address), clock_mono_ms() };
	if (!k->failures[k->n].address)
		return -ENOMEM;
	k->n++;
	return 0;
}

/* ---- choosing --------------------------------------------------------------------------------- */

struct addresses {
	char *v[ADDRESSES_MAX]; /* owned */
	int n;
};

static void addresses_release(struct addresses *a)
{
	for (int i = 0; i < a->n; i++)
		free(a->v[i]);
}

/* Without the lock: the configuration is asked. */
static int collect(const struct address_book *b, const char *site, struct addresses *ret)
{
	int r = 0;

	while (r == 0 && ret->n < ADDRESSES_MAX) {
		r = address_nth(b->accounts, site, ret->n, &ret->v[ret->n]);
		if (r < 0 || !ret->v[ret->n])
			break;
		ret->n++;
	}
	return r;
}

static int best_of(const struct known *k, const struct addresses *a)
{
	int now = 0, oldest = 0;

	for (int i = 0; i < a->n; i++)
		if (str_eq(k->current, a->v[i]))
			now = i;
	/* The one in use first, then those behind it. */
	for (int i = 0; i < a->n; i++)
		if (!is_recent(k, a->v[(now + i) % a->n]))
			return (now + i) % a->n;
	for (int i = 1; i < a->n; i++)
		if (failed_at(k, a->v[i]) < failed_at(k, a->v[oldest]))
			oldest = i;
	return oldest;
}

int address_choose(struct address_book *b, const char *site, char **ret)
{
	CLEANUP(addresses_release) struct addresses a = { 0 };
	struct known *k;
	int r = collect(b, site, &a), best;

	if (r < 0)
		return r;
	lock_take(&b->lock);
	k = find(b, site);
	best = k ? best_of(k, &a) : 0;
	r = k ? str_set(&k->current, a.v[best]) : -ENOMEM;
	lock_give(&b->lock);
	if (r < 0)
		return r;
	*ret = a.v[best];
	a.v[best] = NULL;
	return 0;
}

bool address_failed(struct address_book *b, const char *site, const char *address)
{
	CLEANUP(addresses_release) struct addresses a = { 0 };
	bool other = false;
	struct known *k;

	if (collect(b, site, &a) < 0)
		return false;
	lock_take(&b->lock);
	k = find(b, site);
	if (k && note(k, address) == 0)
		for (int i = 0; i < a.n; i++)
			other |= !is_recent(k, a.v[i]);
	lock_give(&b->lock);
	return other;
}
