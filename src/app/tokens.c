#include "tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/str.h"
#include "net/cred.h"
#include "net/json.h"

enum { FILE_MAX = 1 << 20, TICK_MS = 50 };

struct tokens {
	char *path;          /* owned */
	int lock;            /* -1: not ours */
	struct net_json *all; /* owned; an array */
};

/* The members of an entry in the file. */
static const struct member {
	const char *key;
	size_t offset;
} texts[] = {
	{ "site", offsetof(struct tokens_entry, site) },
	{ "for", offsetof(struct tokens_entry, key) },
	{ "token_url", offsetof(struct tokens_entry, token_url) },
	{ "revoke_url", offsetof(struct tokens_entry, revoke_url) },
	{ "access_token", offsetof(struct tokens_entry, access) },
	{ "refresh_token", offsetof(struct tokens_entry, refresh) },
}, numbers[] = {
	{ "got", offsetof(struct tokens_entry, got) },
	{ "until", offsetof(struct tokens_entry, until) },
	{ "serial", offsetof(struct tokens_entry, serial) },
};

enum { TEXTS = sizeof(texts) / sizeof(*texts), NUMBERS = sizeof(numbers) / sizeof(*numbers) };

static char **text_of(const struct tokens_entry *e, int i)
{
	return (char **) ((char *) e + texts[i].offset);
}

static int64_t *number_of(const struct tokens_entry *e, int i)
{
	return (int64_t *) ((char *) e + numbers[i].offset);
}

void tokens_entry_release(struct tokens_entry *e)
{
	for (int i = 0; i < TEXTS; i++)
		net_cred_wipe_p(text_of(e, i));
	*e = (struct tokens_entry) { 0 };
}

/* ---- the file ------------------------------------------------------------------------------- */

/* Somebody else's file, or a way to one, would be written with our tokens or read as our login. */
static int check_file(const char *path, int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(err, -errno, "%s: %s", path, err_text(NULL, -errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink != 1)
		return err_set(err, -EPERM, "%s: not a file of your own; look who made it, and remove it", path);
	if (st.st_mode & 077)
		return err_set(err, -EPERM, "others can read the tokens in %s; type: chmod 600 %s, and log in again", path, path);
	return 0;
}

static int read_file(const char *path, struct buf *text, struct err *err)
{
	CLEANUP(fsutil_close_p) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n = 0;
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, errno == ELOOP ? "a symbolic link; remove it" : err_text(NULL, -errno));
	r = check_file(path, fd, err);
	r = r ?: buf_resize(text, text->max);
	if (r == 0)
		n = read(fd, text->p, text->max);
	if (n < 0)
		r = -errno;
	text->len = n > 0 ? (size_t) n : 0;
	return r < 0 ? err_add(err, r, "%s: %s", path, err_text(NULL, r)) : 0;
}

static int load(struct tokens *t, struct err *err)
{
	CLEANUP(buf_wipe_p) struct buf text = BUF_INIT(FILE_MAX);
	int r = read_file(t->path, &text, err);

	if (r < 0)
		return r;
	net_cred_guard();
	t->all = text.len ? net_json_parse(text.p, text.len) : net_json_array();
	if (t->all)
		return 0;
	return text.len ? err_set(err, -EBADMSG, "%s is damaged; remove it, and log in again with spfs login", t->path) :
			  err_set(err, -ENOMEM, "out of memory");
}

static int save(const struct tokens *t, struct err *err)
{
	CLEANUP(buf_wipe_p) struct buf text = BUF_INIT(FILE_MAX);
	int r = buf_reserve(&text);

	r = r ?: net_json_dump(t->all, &text);
	r = r ?: fsutil_replace(t->path, 0600, text.p, text.len);
	return r < 0 ? err_set(err, r, "%s: %s", t->path, err_text(NULL, r)) : 0;
}

/* ---- the lock --------------------------------------------------------------------------------- */

/* A file of its own, for .tokens is replaced. */
static int take_lock(const char *path, const atomic_int *cancel, int *ret)
{
	CLEANUP(fsutil_close_p) int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (cancel && atomic_load(cancel))
			return -ECANCELED;
		nanosleep(&(struct timespec) { .tv_nsec = TICK_MS * 1000000L }, NULL);
	}
	*ret = fd;
	fd = -1;
	return 0;
}

int tokens_open(const char *base, const atomic_int *cancel, struct tokens **ret, struct err *err)
{
	CLEANUP(str_free_p) char *lock = str_printf("%s/.tokens.lock", base);
	struct tokens *t = calloc(1, sizeof(*t));
	int r;

	if (t)
		t->lock = -1;
	if (!t || !lock || !(t->path = str_printf("%s/.tokens", base))) {
		tokens_close(t);
		return err_set(err, -ENOMEM, "out of memory");
	}
	r = fsutil_mkdirs(base, 0700);
	r = r ?: take_lock(lock, cancel, &t->lock);
	r = r < 0 ? err_set(err, r, "%s: %s", lock, err_text(NULL, r)) : load(t, err);
	if (r < 0)
		tokens_close(t);
	else
		*ret = t;
	return r;
}

struct tokens *tokens_close(struct tokens *t)
{
	if (!t)
		return NULL;
	fsutil_close_p(&t->lock);
	net_json_free(t->all);
	free(t->path);
	free(t);
	return NULL;
}

/* ---- entries ------------------------------------------------------------------------------------ */

/* Its place; the number of all when it is not there. */
static size_t place_of(const struct tokens *t, const char *site)
{
	size_t n = net_json_count(t->all);

	for (size_t i = 0; i < n; i++)
		if (str_eq(net_json_str(net_json_at(t->all, i), "site"), site))
			return i;
	return n;
}

int tokens_find(const struct tokens *t, const char *site, struct tokens_entry *ret)
{
	size_t at = place_of(t, site);
	struct tokens_entry e = { 0 };
	const struct net_json *j;
	int r = 0;

	if (at == net_json_count(t->all))
		return -ENOENT;
	j = net_json_at(t->all, at);
	for (int i = 0; r == 0 && i < TEXTS; i++)
		r = str_set(text_of(&e, i), net_json_str(j, texts[i].key));
	for (int i = 0; i < NUMBERS; i++)
		*number_of(&e, i) = net_json_int(j, numbers[i].key, 0);
	if (r < 0)
		tokens_entry_release(&e);
	else
		*ret = e;
	return r;
}

static struct net_json *pack(const struct tokens_entry *e)
{
	struct net_json *j = net_json_object();
	int r = j ? 0 : -ENOMEM;

	for (int i = 0; r == 0 && i < TEXTS; i++)
		r = *text_of(e, i) ? net_json_set_str(j, texts[i].key, *text_of(e, i)) : 0;
	for (int i = 0; r == 0 && i < NUMBERS; i++)
		r = net_json_set_int(j, numbers[i].key, *number_of(e, i));
	return r < 0 ? net_json_free(j) : j;
}

int tokens_put(struct tokens *t, struct tokens_entry *e, struct err *err)
{
	size_t at = place_of(t, e->site);
	int64_t now = clock_now_ns() / 1000000;
	struct net_json *j;
	int r = 0;

	/* also another one than that of an entry which was dropped */
	e->serial = now > e->serial ? now : e->serial + 1;
	j = pack(e);
	if (!j)
		return err_set(err, -ENOMEM, "the token cannot be kept: out of memory, or it is not text");
	if (at < net_json_count(t->all))
		r = net_json_remove(t->all, at);
	r = r < 0 ? r : net_json_append(t->all, j);
	return r < 0 ? err_set(err, r, "out of memory") : save(t, err);
}

int tokens_drop(struct tokens *t, const char *site, struct err *err)
{
	size_t at = place_of(t, site);
	int r;

	if (at == net_json_count(t->all))
		return -ENOENT;
	r = net_json_remove(t->all, at);
	return r < 0 ? err_set(err, r, "out of memory") : save(t, err);
}
