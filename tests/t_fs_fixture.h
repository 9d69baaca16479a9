#ifndef T_FS_FIXTURE_H
#define T_FS_FIXTURE_H

/*
 * A real mount in the test's own process, over the fake server of the sync tests:
 * one list, "Tasks". What programs do is done by programs (sh -c), so that the
 * kernel and not the test decides which operations come.
 */
#include "t_fs_fake.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "ctl/host.h"
#include "ctl/hub.h"
#include "fs/fs.h"
#include "store/journal.h"
#include "store/list.h"
#include "store/node.h"
#include "store/store.h"
#include "sync/submit.h"
#include "sync/sync.h"
#include "view/name.h"
#include "view/text.h"

struct mounted {
	struct fake *f;     /* foreign */
	struct store *st;
	struct sync *s;
	struct fs *fs;
	char *dir;          /* owned; the store's */
	char *at;           /* owned; the mount point */
	struct remote_factory factory;
	struct sync_present present;
	struct sync_hooks hooks;
	struct sync_config conf;
	struct ctl_host host;
	pthread_t thread;
	pthread_mutex_t m;
	pthread_cond_t spoke;
	bool ready;
	_Atomic bool held;  /* what the engine tells does not reach the kernel */
	int wait_ms;        /* of opendir; 0: the default */
	int result;         /* of fs_loop */
};

static inline int look_as_view(void *arg, const struct list *l, const struct item *i, bool with_id,
			       char out[256])
{
	(void) arg;
	return view_name_make(l, i, with_id, out);
}

static inline int render_as_view(void *arg, const struct store_list *l, int64_t item, const struct item *i, struct buf *out)
{
	(void) arg;
	(void) item;
	return view_text_render(&l->info, &i->values, out);
}

static inline int host_read(void *arg, int64_t list, const char *name, struct buf *out)
{
	(void) arg;
	return buf_addf(out, "%s of %lld\n", name, (long long) list);
}

static inline int host_write(void *arg, int64_t list, const char *name, const char *text, size_t n,
			     struct err *err)
{
	(void) arg;
	(void) list;
	(void) name;
	return n >= 3 && memcmp(text, "all", 3) == 0 ? 0 : err_set(err, -EINVAL, "unknown word");
}

static inline int host_dir(void *arg, const char *dir, int (*fn)(void *fn_arg, const char *name),
			   void *fn_arg)
{
	(void) arg;
	return strcmp(dir, "outbox") == 0 ? fn(fn_arg, "1 A.txt") : -ENOENT;
}

static inline int host_entry(void *arg, const char *dir, const char *name, struct buf *out)
{
	(void) arg;
	(void) dir;
	return strcmp(name, "1 A.txt") == 0 ? buf_adds(out, "update\n") : -ENOENT;
}

static inline int host_remove(void *arg, const char *dir, const char *name)
{
	(void) arg;
	(void) dir;
	return strcmp(name, "1 A.txt") == 0 ? -EBUSY : -ENOENT;
}

static inline void on_ready(void *arg)
{
	struct mounted *m = arg;

	pthread_mutex_lock(&m->m);
	m->ready = true;
	pthread_cond_broadcast(&m->spoke);
	pthread_mutex_unlock(&m->m);
}

static inline void to_fs(void *arg, const struct sync_event *e)
{
	struct mounted *m = arg;

	if (!m->held)
		fs_event(m->fs, e);
}

static inline bool fs_has(void *arg, int64_t ino)
{
	return fs_is_open(((struct mounted *) arg)->fs, ino);
}

static inline int recover(void *arg, int64_t ino)
{
	return fs_recover(((struct mounted *) arg)->fs, ino);
}

static inline void *serve(void *arg)
{
	struct mounted *m = arg;

	m->result = fs_loop(m->fs);
	return NULL;
}

static inline void start_sync(struct mounted *m)
{
	sync_config_init(&m->conf);
	m->factory = (struct remote_factory) { .open = fake_open, .arg = m->f };
	m->present = (struct sync_present) { .name = look_as_view, .render = render_as_view };
	m->hooks = (struct sync_hooks) { to_fs, fs_has, recover, m };
	m->conf.store = m->st;
	m->conf.remotes = &m->factory;
	m->conf.present = &m->present;
	m->conf.hooks = &m->hooks;
	m->conf.grace_ms = 200;
	m->conf.fresh_ms = 50;
	if (m->wait_ms)
		m->conf.wait_ms = m->wait_ms;
	assert_int_equal(sync_new(&m->conf, &m->s), 0);
}

/* With the store that m has. */
static inline void mount_again(struct mounted *m, bool fsync_server)
{
	struct fs_config fc = {
		.store = m->st, .ctl = &m->host, .mountpoint = m->at, .fsname = "t,est", .xattr = true,
		.announce = true, .fsync_server = fsync_server, .ready = on_ready, .arg = m,
	};
	struct err err = { 0 };

	m->ready = false;
	start_sync(m);
	assert_int_equal(fs_new(&fc, &m->fs), 0);
	fs_set_sync(m->fs, m->s);
	if (fs_mount(m->fs, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(pthread_create(&m->thread, NULL, serve, m), 0);
	pthread_mutex_lock(&m->m);
	while (!m->ready)
		pthread_cond_wait(&m->spoke, &m->m);
	pthread_mutex_unlock(&m->m);
	assert_int_equal(sync_start(m->s), 0);
}

static inline int64_t register_list(struct mounted *m, const char *guid, const char *name)
{
	struct list info = LIST_INIT;
	int64_t id;

	fake_describe(&info, guid);
	assert_int_equal(store_begin(m->st), 0);
	assert_int_equal(store_list_add(m->st, "http://t/sites/t", name, &info, &id), 0);
	assert_int_equal(store_commit(m->st), 0);
	list_release(&info);
	return id;
}

static inline struct mounted *mount_fake(struct fake *f)
{
	struct mounted *m = calloc(1, sizeof(*m));
	char dir[] = "/var/tmp/t_fs.XXXXXX"; /* not /tmp, where editors save in another way */
	struct err err = { 0 };

	assert_non_null(m);
	assert_non_null(mkdtemp(dir));
	m->f = f;
	m->dir = strdup(dir);
	pthread_mutex_init(&m->m, NULL);
	pthread_cond_init(&m->spoke, NULL);
	m->host = (struct ctl_host) {
		host_read, host_write, host_dir, host_entry, host_remove, ctl_hub_new(), NULL
	};
	m->at = str_printf("%s.mnt", m->dir);
	assert_int_equal(mkdir(m->at, 0700), 0);
	assert_int_equal(store_open(m->dir, &m->st, &err), 0);
	register_list(m, FAKE_TASKS, "Tasks");
	mount_again(m, false);
	return m;
}

static inline void unmount(struct mounted *m)
{
	fs_exit(m->fs);
	pthread_join(m->thread, NULL);
	sync_stop(m->s, 2000);
	m->s = sync_free(m->s);
	m->fs = fs_free(m->fs);
}

static inline void run(const char *fmt, const char *arg)
{
	CLEANUP(str_free_p) char *cmd = str_printf("%s '%s'", fmt, arg);
	FILE *p = popen(cmd, "r");

	assert_non_null(p);
	assert_int_equal(pclose(p), 0);
}

static inline void mounted_free(struct mounted *m)
{
	unmount(m);
	m->st = store_close(m->st);
	ctl_hub_free(m->host.hub);
	assert_int_equal(rmdir(m->at), 0);
	run("rm -r", m->dir);
	free(m->dir);
	free(m->at);
	pthread_mutex_destroy(&m->m);
	pthread_cond_destroy(&m->spoke);
	free(m);
}

static inline int64_t waiting(struct mounted *m)
{
	int64_t sum = 0, n;

	for (int i = 0; i < STORE_CHANGE_STATE_COUNT; i++) {
		assert_int_equal(store_change_count(m->st, 0, (enum store_change_state) i, &n), 0);
		sum += n;
	}
	return sum;
}

/* ---- what programs do -------------------------------------------------------------------- */

/* Runs a shell command in the list's directory; its output goes to out (may be NULL). Returns the
 * exit status. */
static inline int sh_in(struct mounted *m, const char *dir, char out[4096], const char *command)
{
	CLEANUP(str_free_p) char *cmd = str_printf("cd '%s/%s' && { %s\n} 2>&1", m->at, dir, command);
	char sink[4096];
	FILE *p = popen(cmd, "r");
	size_t n;
	int status;

	assert_non_null(p);
	n = fread(out ? out : sink, 1, 4095, p);
	(out ? out : sink)[n] = '\0';
	while (fread(sink, 1, 1, p) == 1 && out)
		;
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline void sh(struct mounted *m, const char *command)
{
	char out[4096];
	int r = sh_in(m, "Tasks", out, command);

	if (r != 0)
		fail_msg("%s: exit %d\n%s", command, r, out);
}

/* The same, and this is what it prints. */
static inline void sh_says(struct mounted *m, const char *command, const char *want)
{
	char out[4096];
	int r = sh_in(m, "Tasks", out, command);

	if (r != 0 || strcmp(out, want) != 0)
		fail_msg("%s: exit %d, said\n%s\nwanted\n%s", command, r, out, want);
}

/* The same, and this exit status. */
static inline void sh_fails(struct mounted *m, const char *command, int want, const char *part)
{
	char out[4096];
	int r = sh_in(m, "Tasks", out, command);

	if (r != want || !strstr(out, part))
		fail_msg("%s: exit %d, wanted %d and \"%s\"\n%s", command, r, want, part, out);
}

/* Waits until what was done has been sent and answered. */
static inline void settle(struct mounted *m)
{
	for (int i = 0; i < 1000; i++) {
		int64_t due;

		if (waiting(m) == 0 && store_vacancy_next(m->st, &due) == -ENOENT)
			return;
		usleep(10000);
	}
	fail_msg("changes are still waiting: %s", m->f->log);
}

static inline void take_log(struct mounted *m, bool clear, char out[FAKE_LOG])
{
	pthread_mutex_lock(&m->f->m);
	snprintf(out, FAKE_LOG, "%s", m->f->log);
	if (clear)
		*m->f->log = '\0';
	pthread_mutex_unlock(&m->f->m);
}

/* What the server was told since the last time; the counts are all that a save may cost. */
static inline void assert_told(struct mounted *m, const char *want)
{
	char told[FAKE_LOG] = "-";

	/* the kernel lets a program go on before it has told of the release; an unwanted change
	 * gets the same time */
	for (int i = 0; i < (*want ? 300 : 30) && (!*want || strcmp(told, want) != 0); i++) {
		usleep(10000);
		take_log(m, false, told);
	}
	settle(m);
	take_log(m, true, told);
	if (strcmp(told, want) != 0)
		fail_msg("the server was told \"%s\", wanted \"%s\"", told, want);
}

/* Waits until a command says it; for what comes by itself. */
static inline void comes(struct mounted *m, const char *command, const char *want)
{
	char out[4096];

	for (int i = 0; i < 200; i++) {
		sh_in(m, "Tasks", out, command);
		if (strcmp(out, want) == 0)
			return;
		usleep(20000);
	}
	fail_msg("%s: says\n%s\nwanted\n%s", command, out, want);
}

/* ---- one mount for each test: A (open, two lines) and B (done) ------------------------------ */

static struct fake *f;
static struct mounted *m;

static int setup(void **state)
{
	(void) state;
	if (access("/dev/fuse", R_OK | W_OK) < 0) {
		print_message("SKIPPED: /dev/fuse cannot be opened here\n");
		return 0;
	}
	f = fake_new();
	fake_add(f, "A");
	fake_set(f, 1, NULL, "open", "first line\nsecond line");
	fake_add(f, "B");
	fake_set(f, 2, NULL, "done", NULL);
	m = mount_fake(f);
	comes(m, "ls", "A.txt\nB.txt\n");
	return 0;
}

static int teardown(void **state)
{
	(void) state;
	if (m) {
		mounted_free(m);
		fake_free(f);
	}
	m = NULL;
	return 0;
}

#define NEED_MOUNT() do { (void) state; if (!m) skip(); } while (0)

#endif
