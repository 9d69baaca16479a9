#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "announce.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "handle.h"
#include "notify.h"
#include "ops.h"
#include "state.h"
#include "wait.h"

/* libfuse cuts option text at commas. */
static void add_escaped(struct buf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == ',' || *s == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *s);
	}
}

static int new_session(struct fs *f)
{
	CLEANUP(buf_release_p) struct buf o = BUF_INIT(1 << 16);
	int r;

	/* list rights are shown as mode bits, and the kernel holds everybody to them */
	buf_adds(&o, "-odefault_permissions,subtype=spfs,fsname=");
	add_escaped(&o, f->config.fsname ? f->config.fsname : "spfs");
	if (f->config.read_only)
		buf_adds(&o, ",ro");
	if (f->config.debug)
		buf_adds(&o, ",debug");
	if (!str_empty(f->config.fuse_options))
		buf_addf(&o, ",%s", f->config.fuse_options);
	r = buf_error(&o);
	return r < 0 ? r : ops_new(f, buf_str(&o));
}

int fs_mount(struct fs *f, struct err *err)
{
	int r = str_set(&f->mountpoint, f->config.mountpoint);

	if (r == 0)
		r = new_session(f);
	if (r < 0)
		return err_set(err, r, "the mount options are not valid: %s",
			       f->config.fuse_options ? f->config.fuse_options : "");
	r = ops_mount(f);
	if (r == 0)
		return 0;
	ops_free(f);
	f->session = NULL;
	return err_set(err, r, "mounting on %s failed", f->mountpoint);
}

/* Not before: threads do not survive the fork into the background. */
void session_ready(struct fs *f)
{
	int r = notify_start(f->notify);

	if (r == 0)
		r = announcer_start(f->announcer);
	if (r < 0)
		log_error("server changes will not show in time: no thread for them error=%d", r);
	if (f->config.ready)
		f->config.ready(f->config.arg);
}

static void do_nothing(int sig)
{
	(void) sig;
}

/* Ends the system call in which the loop waits; the flag that it then sees is libfuse's. */
static int wake_signal(void)
{
	return SIGRTMIN;
}

/* With somebody's help, if need be: libfuse then finds that there is nothing left to do. */
static void unmount(struct fs *f)
{
	if (f->config.unmount && !ops_is_unmounted(f) && f->config.unmount(f->config.unmount_arg) == 0)
		ops_unmounted(f);
	ops_unmount(f);
}

int fs_loop(struct fs *f)
{
	struct sigaction sa = { .sa_handler = do_nothing };
	int r;

	f->loop = pthread_self();
	sigaction(wake_signal(), &sa, NULL);
	atomic_store(&f->looping, true);
	r = ops_serve(f);
	atomic_store(&f->looping, false);
	ops_disconnect(f);
	waits_end(f);
	notify_stop(f->notify);
	announcer_stop(f->announcer);
	handles_end(f);
	unmount(f);
	return r;
}

void fs_exit(struct fs *f)
{
	if (!f->session)
		return;
	ops_exit(f);
	if (atomic_load(&f->looping) && !pthread_equal(pthread_self(), f->loop))
		pthread_kill(f->loop, wake_signal());
}

struct fs *fs_free(struct fs *f)
{
	if (!f)
		return NULL;
	if (f->session) {
		unmount(f);
		ops_free(f);
	}
	return state_free(f);
}
