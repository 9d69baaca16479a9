/* Clean contents of documents: found by the item's version, bounded, and never needed. */
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "store/blob.h"
#include "t_store_util.h"

enum { MAX = 1000 };

struct cache {
	struct fixture *f;
	struct store_blobs *b;
	char dir[128];
	int64_t busy; /* the item that somebody has open */
};

static void open_cache(struct cache *c, struct fixture *f)
{
	struct err err = { 0 };

	c->f = f;
	snprintf(c->dir, sizeof(c->dir), "%s/cache/p", f->top);
	if (store_blobs_open(f->s, c->dir, MAX, &c->b, &err) < 0)
		fail_msg("%s", err.text);
}

static void reopen_cache(struct cache *c)
{
	c->b = store_blobs_close(c->b);
	reopen_store(c->f);
	open_cache(c, c->f);
}

static int64_t add_doc(struct cache *c, int64_t sp_id, int64_t version, int64_t size)
{
	struct store_item i = STORE_ITEM_INIT;
	int64_t id;

	i.list = c->f->list;
	i.item.id = sp_id;
	i.item.version = version;
	i.item.size = size;
	must(store_begin(c->f->s));
	must(store_item_put(c->f->s, &i));
	must(store_commit(c->f->s));
	id = i.id;
	store_item_release(&i);
	return id;
}

static void change_doc(struct cache *c, int64_t item, int64_t version)
{
	struct store_item i = STORE_ITEM_INIT;

	must(store_item_get(c->f->s, item, &i));
	i.item.version = version;
	must(store_begin(c->f->s));
	must(store_item_put(c->f->s, &i));
	must(store_commit(c->f->s));
	store_item_release(&i);
}

static bool is_busy(void *arg, int64_t item)
{
	return ((struct cache *) arg)->busy == item;
}

static void add_bytes(struct cache *c, int64_t item, int64_t version, char byte, size_t n)
{
	const struct store_blob_use use = { is_busy, c };
	CLEANUP(store_blob_release_p) struct store_blob new = STORE_BLOB_INIT;
	CLEANUP(str_free_p) char *path = NULL, *bytes = malloc(n + 1);
	int fd;

	memset(bytes, byte, n + 1);
	must(store_blob_temp(c->b, &fd, &path));
	must(fsutil_write_all(fd, bytes, n));
	close(fd);
	new.item = item;
	new.version = version;
	new.size = (int64_t) n;
	new.etag = strdup("\"{A},1\"");
	must(store_blob_add(c->b, &new, path, &use));
}

static bool is_here(struct cache *c, int64_t item)
{
	CLEANUP(store_blob_release_p) struct store_blob b = STORE_BLOB_INIT;

	must(store_blob_find(c->b, item, &b));
	return b.fd >= 0;
}

static int count_files(struct cache *c)
{
	CLEANUP(str_free_p) char *dir = str_printf("%s/blobs", c->dir);
	DIR *d = opendir(dir);
	int n = -2;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void contents_are_found_by_the_version_of_the_item(void **state)
{
	CLEANUP(store_blob_release_p) struct store_blob b = STORE_BLOB_INIT;
	struct cache c = { 0 };
	char byte;
	int64_t id;

	open_cache(&c, *state);
	id = add_doc(&c, 1, 7, 55);
	must(store_blob_find(c.b, id, &b));
	assert_int_equal(b.fd, -1);
	assert_int_equal(b.version, 7);
	assert_int_equal(b.size, 55); /* as the list says */
	add_bytes(&c, id, 7, 'a', 50);
	must(store_blob_find(c.b, id, &b));
	assert_true(b.fd >= 0);
	assert_int_equal(b.size, 50); /* as they are */
	assert_string_equal(b.etag, "\"{A},1\"");
	assert_int_equal(pread(b.fd, &byte, 1, 49), 1);
	assert_int_equal(byte, 'a');
	change_doc(&c, id, 8);
	assert_false(is_here(&c, id));
	assert_int_equal(store_blob_find(c.b, id + 1, &b), -ENOENT);
	c.b = store_blobs_close(c.b);
}

static void a_restart_keeps_them(void **state)
{
	struct cache c = { 0 };
	int64_t id;

	open_cache(&c, *state);
	id = add_doc(&c, 1, 1, 10);
	add_bytes(&c, id, 1, 'a', 10);
	reopen_cache(&c);
	assert_true(is_here(&c, id));
	assert_int_equal(store_blobs_total(c.b), 10);
	c.b = store_blobs_close(c.b);
}

static void a_new_version_takes_the_place_of_the_old(void **state)
{
	struct cache c = { 0 };
	int64_t id;

	open_cache(&c, *state);
	id = add_doc(&c, 1, 1, 10);
	add_bytes(&c, id, 1, 'a', 10);
	change_doc(&c, id, 2);
	add_bytes(&c, id, 2, 'b', 30);
	assert_true(is_here(&c, id));
	assert_int_equal(count_files(&c), 1);
	assert_int_equal(store_blobs_total(c.b), 30);
	add_bytes(&c, id, 2, 'c', 20); /* fetched again */
	assert_int_equal(count_files(&c), 1);
	assert_int_equal(store_blobs_total(c.b), 20);
	c.b = store_blobs_close(c.b);
}

static void what_was_not_used_longest_goes_first(void **state)
{
	struct cache c = { 0 };
	int64_t id[4];

	open_cache(&c, *state);
	for (int i = 0; i < 4; i++)
		id[i] = add_doc(&c, i + 1, 1, 300);
	for (int i = 0; i < 3; i++)
		add_bytes(&c, id[i], 1, 'a', 300);
	assert_true(is_here(&c, id[0])); /* used again */
	add_bytes(&c, id[3], 1, 'a', 300);
	assert_true(is_here(&c, id[0]));
	assert_false(is_here(&c, id[1]));
	assert_true(is_here(&c, id[2]));
	assert_true(is_here(&c, id[3]));
	assert_int_equal(store_blobs_total(c.b), 900);
	assert_int_equal(count_files(&c), 3);
	c.b = store_blobs_close(c.b);
}

static void what_is_open_or_pinned_stays(void **state)
{
	struct cache c = { 0 };
	int64_t id[4];

	open_cache(&c, *state);
	for (int i = 0; i < 4; i++)
		id[i] = add_doc(&c, i + 1, 1, 300);
	for (int i = 0; i < 3; i++)
		add_bytes(&c, id[i], 1, 'a', 300);
	must(store_blob_pin(c.b, id[0], true));
	assert_int_equal(store_blob_pin(c.b, id[3], true), -ENOENT);
	c.busy = id[1];
	add_bytes(&c, id[3], 1, 'a', 900);
	assert_true(is_here(&c, id[0]));
	assert_true(is_here(&c, id[1]));
	assert_false(is_here(&c, id[2]));
	assert_false(is_here(&c, id[3])); /* larger than all, and nobody has it open */
	c.b = store_blobs_close(c.b);
}

static void a_full_disk_is_relieved(void **state)
{
	struct cache c = { 0 };
	const struct store_blob_use use = { is_busy, &c };
	int64_t a, b;

	open_cache(&c, *state);
	a = add_doc(&c, 1, 1, 300);
	b = add_doc(&c, 2, 1, 300);
	add_bytes(&c, a, 1, 'a', 300);
	add_bytes(&c, b, 1, 'a', 300);
	assert_int_equal(store_blob_shed(c.b, 100, &use), 1);
	assert_false(is_here(&c, a));
	assert_true(is_here(&c, b));
	c.busy = b;
	assert_int_equal(store_blob_shed(c.b, 100, &use), 0);
	c.b = store_blobs_close(c.b);
}

static void missing_and_damaged_files_are_as_good_as_none(void **state)
{
	CLEANUP(str_free_p) char *path = NULL;
	struct cache c = { 0 };
	int64_t id;

	open_cache(&c, *state);
	id = add_doc(&c, 1, 1, 10);
	add_bytes(&c, id, 1, 'a', 10);
	path = str_printf("%s/blobs/%lld-1", c.dir, (long long) id);
	assert_int_equal(truncate(path, 9), 0);
	assert_false(is_here(&c, id));
	assert_int_equal(unlink(path), 0);
	assert_false(is_here(&c, id));
	add_bytes(&c, id, 1, 'a', 10);
	assert_true(is_here(&c, id));
	c.b = store_blobs_close(c.b);
}

static void a_restart_removes_what_no_row_names(void **state)
{
	CLEANUP(str_free_p) char *stray = NULL, *tag = NULL;
	CLEANUP(str_free_p) char *path = NULL;
	struct cache c = { 0 };
	int64_t id, gone;
	int fd;

	open_cache(&c, *state);
	id = add_doc(&c, 1, 1, 10);
	gone = add_doc(&c, 2, 1, 10);
	add_bytes(&c, id, 1, 'a', 10);
	add_bytes(&c, gone, 1, 'a', 10);
	must(store_blob_temp(c.b, &fd, &path)); /* a run that was killed */
	close(fd);
	stray = str_printf("%s/blobs/77-1", c.dir);
	close(open(stray, O_CREAT | O_WRONLY, 0600));
	must(store_begin(c.f->s));
	must(store_item_delete(c.f->s, gone));
	must(store_commit(c.f->s));
	assert_int_equal(count_files(&c), 4);
	reopen_cache(&c);
	assert_int_equal(count_files(&c), 1);
	assert_int_equal(store_blobs_total(c.b), 10);
	tag = str_printf("%s/CACHEDIR.TAG", c.dir);
	must(access(tag, R_OK));
	c.b = store_blobs_close(c.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(contents_are_found_by_the_version_of_the_item),
		store_test(a_restart_keeps_them),
		store_test(a_new_version_takes_the_place_of_the_old),
		store_test(what_was_not_used_longest_goes_first),
		store_test(what_is_open_or_pinned_stays),
		store_test(a_full_disk_is_relieved),
		store_test(missing_and_damaged_files_are_as_good_as_none),
		store_test(a_restart_removes_what_no_row_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
