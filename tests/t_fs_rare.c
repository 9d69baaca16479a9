/* What happens less often: refusals, other people's changes, killed runs, open windows, limits. */
#include <dirent.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/xattr.h>

#include "t_fs_fixture.h"

static const char *path_of(const char *name)
{
	static char path[2][512];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/Tasks/%s", m->at, name);
	return path[turn];
}

static int open_file(const char *name, int flags)
{
	int fd = open(path_of(name), flags | O_CLOEXEC, 0644);

	if (fd < 0)
		fail_msg("open %s: %s", name, strerror(errno));
	return fd;
}

static void put(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void status_of(int64_t id, char out[FAKE_TEXT])
{
	pthread_mutex_lock(&f->m);
	snprintf(out, FAKE_TEXT, "%s", f->v[id - 1].status);
	pthread_mutex_unlock(&f->m);
}

static void assert_status(int64_t id, const char *want)
{
	char now[FAKE_TEXT] = "";

	status_of(id, now);
	for (int i = 0; i < 300 && strcmp(now, want) != 0; i++) {
		usleep(10000);
		status_of(id, now);
	}
	assert_string_equal(now, want);
}

/* ---- open files ------------------------------------------------------------------------- */

/* GLib renames the temporary file while it is still open. */
static void test_rename_while_open(void **state)
{
	struct stat before, after;
	int fd;

	NEED_MOUNT();
	fd = open_file(".goutputstream-ABCDEF", O_WRONLY | O_CREAT | O_EXCL);
	put(fd, "Title: A\nStatus: glib\nOwner:\n\nbody\n");
	assert_int_equal(fsync(fd), 0);
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(rename(path_of(".goutputstream-ABCDEF"), path_of("A.txt")), 0);
	assert_int_equal(close(fd), 0);
	assert_told(m, "update -; ");
	assert_status(1, "glib");
	/* presentation 5.4: inode, size and time are those of the file that was written */
	assert_int_equal(stat(path_of("A.txt"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

/* perl -i: the old file is read on while the new one has its name. */
static void test_old_file_stays_readable(void **state)
{
	char text[64] = "";
	int old, fd;

	NEED_MOUNT();
	old = open_file("A.txt", O_RDONLY);
	fd = open_file("XXabcdefgh", O_WRONLY | O_CREAT | O_EXCL);
	put(fd, "Status: perl\n");
	close(fd);
	assert_int_equal(rename(path_of("XXabcdefgh"), path_of("A.txt")), 0);
	assert_int_equal(pread(old, text, 22, 0), 22);
	assert_string_equal(text, "Title: A\nStatus: open\n");
	close(old);
	assert_told(m, "update -; ");
	sh_says(m, "ls -A", "A.txt\nB.txt\n");
}

static void test_unlinked_scratch_stays_usable(void **state)
{
	char text[8] = "";
	int fd;

	NEED_MOUNT();
	fd = open_file("x.tmp", O_RDWR | O_CREAT);
	put(fd, "abc");
	assert_int_equal(unlink(path_of("x.tmp")), 0);
	put(fd, "def");
	assert_int_equal(pread(fd, text, 6, 0), 6);
	assert_string_equal(text, "abcdef");
	close(fd);
	sh_says(m, "ls -A", "A.txt\nB.txt\n");
	for (int i = 0; i < 100; i++) {
		CLEANUP(str_free_p) char *dir = str_printf("%s/scratch", m->dir);

		if (rmdir(dir) == 0) /* its bytes went with the last handle */
			return;
		usleep(10000);
	}
	fail_msg("a removed scratch file was left");
}

/* stat after close says what it said before: vim and emacs warn otherwise. */
static void test_time_is_stable(void **state)
{
	struct stat before, after;
	int fd;

	NEED_MOUNT();
	fd = open_file("A.txt", O_WRONLY | O_TRUNC);
	put(fd, "Title: A\nStatus: stable\nOwner:\n\nbody\n");
	close(fd);
	assert_int_equal(stat(path_of("A.txt"), &before), 0);
	assert_told(m, "update -; ");
	sh(m, "ls");
	assert_int_equal(stat(path_of("A.txt"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_size, after.st_size);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
}

static void test_limits(void **state)
{
	char byte = 'x';
	int fd;

	NEED_MOUNT();
	fd = open_file("A.txt", O_RDWR);
	assert_int_equal(pwrite(fd, &byte, 1, 16 << 20), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(ftruncate(fd, (16 << 20) + 1), -1);
	assert_int_equal(errno, EFBIG);
	close(fd);
	fd = open_file("big.tmp", O_RDWR | O_CREAT);
	assert_int_equal(pwrite(fd, &byte, 1, 20 << 20), 1);
	close(fd);
	sh(m, "rm big.tmp; test $(stat -f -c %l .) = 255");
	assert_told(m, "");
}

static void test_writers_share_the_bytes(void **state)
{
	int one, two;

	NEED_MOUNT();
	one = open_file("A.txt", O_WRONLY | O_APPEND);
	two = open_file("A.txt", O_WRONLY | O_APPEND);
	put(one, "third\n");
	put(two, "fourth\n");
	close(one);
	assert_told(m, ""); /* the last writer's release commits */
	close(two);
	assert_told(m, "update -; ");
	assert_string_equal(f->v[0].body, "first line\nsecond line\nthird\nfourth");
}

/* ---- what the server and others do ------------------------------------------------------------ */

static void test_refused_by_the_server(void **state)
{
	NEED_MOUNT();
	pthread_mutex_lock(&f->m);
	f->refuse = "bad";
	pthread_mutex_unlock(&f->m);
	sh(m, "echo 'Status: bad' > A.txt");
	comes(m, "getfattr --only-values -n user.spfs.state A.txt", "refused");
	sh_says(m, "sed -n 2p A.txt; grep -c 'does not like it' ERRORS", "Status: bad\n1\n");
	sh(m, "getfattr --only-values -n user.spfs.error A.txt | grep -q 'does not like it'");
	sh(m, "echo 'Status: good' > A.txt");
	assert_status(1, "good");
	comes(m, "ls; getfattr --only-values -n user.spfs.state A.txt", "A.txt\nB.txt\nclean");
}

static void test_rights_are_mode_bits(void **state)
{
	NEED_MOUNT();
	pthread_mutex_lock(&f->m);
	f->perm = PERM_VIEW;
	pthread_mutex_unlock(&f->m);
	fake_set(f, 1, NULL, "locked", NULL);
	comes(m, "ls >/dev/null; stat -c %a A.txt B.txt", "444\n644\n");
}

/* Somebody deleted the item while a program wrote to its file: what was written is not lost. */
static void test_deleted_while_writing(void **state)
{
	int fd;

	NEED_MOUNT();
	fd = open_file("A.txt", O_WRONLY | O_TRUNC);
	put(fd, "Title: A\nStatus: mine\n");
	usleep(100000);
	fake_delete(f, 1);
	sh(m, "ls");
	close(fd);
	comes(m, "cat A.txt; ls", "Title: A\nStatus: mine\nA.txt\nB.txt\nERRORS\n");
	sh_says(m, "grep -c 'deleted on the server' ERRORS", "1\n");
	/* saving it again makes a new one */
	sh(m, "printf 'Title: A\\nStatus: again\\n' > A.txt");
	assert_told(m, "new A; ");
}

/* A version that arrives while the file is open gets an inode of its own; the writer's change goes
 * to the item. */
static void test_changed_while_writing(void **state)
{
	int fd;

	NEED_MOUNT();
	fd = open_file("A.txt", O_RDWR);
	usleep(100000);
	fake_set(f, 1, NULL, NULL, "their body");
	sh(m, "ls");
	assert_int_equal(ftruncate(fd, 0), 0);
	put(fd, "Status: mine\n");
	assert_int_equal(close(fd), 0);
	assert_told(m, "update -; ");
	assert_string_equal(f->v[0].status, "mine");
	assert_string_equal(f->v[0].body, "their body");
	comes(m, "tail -1 A.txt; sed -n 2p A.txt", "their body\nStatus: mine\n");
}

static void test_fsync_waits_for_the_server(void **state)
{
	int64_t began;
	int fd;

	NEED_MOUNT();
	unmount(m);
	mount_again(m, true);
	comes(m, "ls", "A.txt\nB.txt\n");
	f->latency_ms = 300;
	fd = open_file("A.txt", O_WRONLY | O_TRUNC);
	put(fd, "Status: synced\n");
	began = clock_mono_ms();
	assert_int_equal(fsync(fd), 0);
	assert_true(clock_mono_ms() - began >= 250);
	assert_status(1, "synced");
	f->latency_ms = 0;
	close(fd);
	assert_told(m, "update -; ");
}

/* A list that is registered while mounted; documents show, and say clearly that they cannot be
 * opened yet. */
static void test_library_comes(void **state)
{
	int64_t id;

	NEED_MOUNT();
	sh_fails(m, "ls ../Docs", 2, "No such file"); /* the kernel remembers that */
	id = register_list(m, FAKE_DOCS, "Docs");
	assert_true(sync_list_added(m->s, id) >= 0);
	fs_event(m->fs, &(struct sync_event) { .kind = SYNC_LIST, .list = id });
	comes(m, "ls ..; ls ../Docs", "Docs\nTasks\n1_.000\n2_.000\n");
	/* this engine has no place for contents */
	sh_fails(m, "cat ../Docs/1_.000", 1, "not supported");
	sh_fails(m, "echo x > ../Docs/new.txt", 2, "not supported");
	sh(m, "cd ../Docs && echo x > '.~lock.a.odt#' && rm '.~lock.a.odt#'");
	assert_told(m, "");
}

/* ---- killed runs ---------------------------------------------------------------------------------- */

/* Killed between flush and release: close had returned 0. */
static void test_open_text_is_recovered(void **state)
{
	static const char text[] = "Status: recovered\n", bad[] = "Nonsense: x\n";
	struct stat a, b;

	NEED_MOUNT();
	assert_int_equal(stat(path_of("A.txt"), &a), 0);
	assert_int_equal(stat(path_of("B.txt"), &b), 0);
	assert_int_equal(sync_submit_open_text(m->s, (int64_t) a.st_ino, text, strlen(text), NULL), 0);
	assert_int_equal(sync_submit_open_text(m->s, (int64_t) b.st_ino, bad, strlen(bad), NULL), 0);
	unmount(m);
	mount_again(m, false);
	assert_status(1, "recovered");
	comes(m, "cat B.txt; getfattr --only-values -n user.spfs.state B.txt", "Nonsense: x\ndraft");
	assert_told(m, "update -; ");
}

/* ---- open windows ---------------------------------------------------------------------------------- */

/* Whether the watch tells it within two seconds; *seen keeps what came. */
static bool watch_tells(int fd, uint32_t mask, const char *name)
{
	char buf[8192] __attribute__((aligned(8)));
	struct pollfd p = { fd, POLLIN, 0 };

	while (poll(&p, 1, 2000) > 0) {
		ssize_t n = read(fd, buf, sizeof(buf));

		for (char *at = buf; n > 0 && at < buf + n;) {
			const struct inotify_event *e = (const struct inotify_event *) at;

			if (e->mask & mask && e->len && strcmp(e->name, name) == 0)
				return true;
			at += sizeof(*e) + e->len;
		}
	}
	return false;
}

static void test_windows_hear_of_server_changes(void **state)
{
	int fd;

	NEED_MOUNT();
	sh(m, "ls");
	fd = inotify_init1(IN_CLOEXEC);
	assert_true(inotify_add_watch(fd, path_of("."), IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVE) >= 0);
	fake_add(f, "New");
	assert_int_equal(sync_request(m->s, SYNC_ALL, 0), 0);
	assert_true(watch_tells(fd, IN_CREATE, "New.txt"));
	fake_set(f, 1, NULL, "theirs", NULL);
	assert_int_equal(sync_request(m->s, SYNC_ALL, 0), 0);
	assert_true(watch_tells(fd, IN_MODIFY, "A.txt"));
	fake_set(f, 2, "Renamed", NULL, NULL);
	assert_int_equal(sync_request(m->s, SYNC_ALL, 0), 0);
	assert_true(watch_tells(fd, IN_MOVED_TO, "Renamed.txt"));
	fake_delete(f, 3);
	assert_int_equal(sync_request(m->s, SYNC_ALL, 0), 0);
	assert_true(watch_tells(fd, IN_DELETE, "New.txt"));
	close(fd);
	sh_says(m, "ls; sed -n 2p A.txt", "A.txt\nRenamed.txt\nStatus: theirs\n");
	assert_told(m, ""); /* what was announced is no change of the user's */
}

/* ---- control files that wait
 * --------------------------------------------------------------------------- */

static void test_streams(void **state)
{
	char path[256], line[64] = "";
	struct pollfd p = { .events = POLLIN };

	NEED_MOUNT();
	snprintf(path, sizeof(path), "%s/.spfs/events", m->at);
	p.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(p.fd >= 0);
	assert_int_equal(read(p.fd, line, sizeof(line)), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(poll(&p, 1, 50), 0);
	ctl_hub_publish(m->host.hub, CTL_EVENTS, "{\"type\":\"x\"}");
	assert_int_equal(poll(&p, 1, 2000), 1);
	assert_int_equal(read(p.fd, line, sizeof(line)), 13);
	assert_string_equal(line, "{\"type\":\"x\"}\n");
	close(p.fd);
	sh_fails(m, "timeout -s INT 0.3 cat ../.spfs/events", 124, "");
	sh_says(m, "cat ../.spfs/progress", ""); /* idle: at its end */
}

/* SIGTERM while programs have files open, list directories, and wait for events. */
static void test_ended_while_in_use(void **state)
{
	CLEANUP(str_free_p) char *cat = NULL;
	char out[4096] = "";
	FILE *reader;
	DIR *d;
	int fd;

	NEED_MOUNT();
	cat = str_printf("cat '%s/.spfs/events' 2>&1; ls '%s/Tasks' 2>&1; :", m->at, m->at);
	reader = popen(cat, "r"); /* before: a child that closes the file would flush it */
	usleep(200000);
	fd = open_file("A.txt", O_WRONLY | O_TRUNC);
	put(fd, "Status: half"); /* not flushed: never promised */
	d = opendir(path_of("."));
	assert_non_null(d);
	assert_non_null(readdir(d));
	unmount(m);
	assert_int_equal(write(fd, "x", 1), -1);
	close(fd);
	closedir(d);
	assert_true(fread(out, 1, sizeof(out) - 1, reader) > 0);
	pclose(reader);
	mount_again(m, false);
	comes(m, "sed -n 2p A.txt", "Status: open\n");
	assert_told(m, "");
}

/* ---- many
 * ---------------------------------------------------------------------------------------------- */

/* A program that replaces files while it reads the directory does not meet them again. */
static void test_find_exec_sed(void **state)
{
	char told[FAKE_LOG];
	int updates = 0;

	NEED_MOUNT();
	for (int i = 0; i < 300; i++)
		fake_add(f, "Many");
	assert_int_equal(sync_request(m->s, SYNC_ALL, 0), 0);
	comes(m, "ls | wc -l", "302\n");
	sh(m, "find . -name '*.txt' -exec sed -i 's/^Status:.*/Status: all/' {} \\;");
	settle(m);
	for (int i = 0; i < f->n; i++)
		assert_status(i + 1, "all");
	assert_int_equal(fake_count(f), 302);
	take_log(m, true, told);
	for (const char *at = told; (at = strstr(at, "update -; ")); at++)
		updates++;
	assert_int_equal(updates, 302);
}

/* 10 processes at once, each on its own new items and on shared ones. */
static void test_many_at_once(void **state)
{
	NEED_MOUNT();
	sh(m, "for p in 0 1 2 3 4 5 6 7 8 9; do ( for i in 1 2 3 4 5; do echo \"Status: $i\" > "
	      "p$p-$i.txt; cat *.txt >/dev/null;"
	      " sed -i 's/^Status:.*/Status: x/' p$p-$i.txt; ls -l >/dev/null; mv p$p-$i.txt "
	      "q$p-$i.txt;"
	      " echo 'Status: shared' > A.txt; done ) & done; wait");
	settle(m);
	sh_says(m, "ls q*.txt | wc -l; ls | wc -l", "50\n52\n");
	assert_int_equal(fake_count(f), 52);
	assert_status(1, "shared");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
		T(test_rename_while_open),
		T(test_old_file_stays_readable),
		T(test_unlinked_scratch_stays_usable),
		T(test_time_is_stable),
		T(test_limits),
		T(test_writers_share_the_bytes),
		T(test_refused_by_the_server),
		T(test_rights_are_mode_bits),
		T(test_deleted_while_writing),
		T(test_changed_while_writing),
		T(test_fsync_waits_for_the_server),
		T(test_library_comes),
		T(test_open_text_is_recovered),
		T(test_windows_hear_of_server_changes),
		T(test_streams), T(test_ended_while_in_use),
		T(test_find_exec_sed),
		T(test_many_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
