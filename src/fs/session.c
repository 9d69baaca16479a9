#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "announce.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "handle.h"
#include "loop.h"
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

/* Whether the kernel is done with the connection, or nothing was mounted. */
static bool is_unmounted(const struct fs *f)
{
	struct pollfd p = { .fd = ops_fd(f) };

	return p.fd < 0 || (poll(&p, 1, 0) == 1 && p.revents & POLLERR);
}

/*
 * No request is answered any more, so that nobody waits for one. The descriptor becomes /dev/null and keeps its number until all
 * threads have ended: what they still send goes nowhere, instead of into a file that got the number. The kernel fails the
 * requests of a thread of ours that is in the mount. Not when the kernel is done with the connection already: libfuse looks
 * at the descriptor to see that nothing is left to unmount.
 */
static void disconnect(struct fs *f)
{
	int null;

	if (is_unmounted(f))
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup3(null, ops_fd(f), O_CLOEXEC);
		close(null);
	}
}

/* Somebody else unmounted. A pipe that nobody reads looks to libfuse like a connection that has ended: it must not try by itself. */
static void be_unmounted(struct fs *f)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	close(ends[0]);
	dup3(ends[1], ops_fd(f), O_CLOEXEC);
	close(ends[1]);
}

/* With somebody's help, if need be: libfuse then finds that there is nothing left to do. */
static void unmount(struct fs *f)
{
	if (f->config.unmount && !is_unmounted(f) && f->config.unmount(f->config.unmount_arg) == 0)
		be_unmounted(f);
	ops_unmount(f);
}

int fs_loop(struct fs *f)
{
	int r;

	atomic_store(&f->looping, true);
	r = loop_run(f->loop);
	atomic_store(&f->looping, false);
	disconnect(f);
	waits_end(f);
	notify_stop(f->notify);
	announcer_stop(f->announcer);
	handles_end(f);
	unmount(f);
	return r;
}

void fs_exit(struct fs *f)
{
	if (!f->loop)
		return;
	ops_exit(f);
	loop_end(f->loop);
}

struct fs *fs_free(struct fs *f)
{
	if (!f)
		return NULL;
	if (f->session) {
		unmount(f);
		ops_free(f);
	}
	f->loop = loop_free(f->loop);
	return state_free(f);
}
