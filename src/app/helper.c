/*
 * One datagram is one order: its letter, the word, and a socket for the answer. Each order has a child of its own, so
 * that a command which hangs is in nobody's way; when the daemon closes its end, the child's command is killed.
 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "cli/unmount.h"
#include "net/cred.h"
#include "config.h"
#include "notify.h"
#include "places.h"
#include "registry.h"

/* A command's first line has at most 16 KiB, and a line of the configuration less than its file. */
enum { ORDER_MAX = 128 * 1024, ANSWER_MAX = 32 * 1024, TICK_MS = 100 };

enum order { ORDER_COMMAND = 'c', ORDER_UNMOUNT = 'u', ORDER_REMOVE = 'r', ORDER_NOTIFY = 'n' };

struct helper {
	const struct places *places; /* foreign, and so are the next */
	const char *config_path, *mountpoint;
	pid_t pid;
	int socket;
};

struct answer {
	int r;
	char text[ANSWER_MAX]; /* the secret, or why there is none */
};

/* ---- in the helper ------------------------------------------------------------------------------ */

static atomic_int gone; /* the daemon does not wait for the answer any more */

static void on_io(int sig)
{
	(void) sig;
	atomic_store(&gone, 1);
}

/* As it is now. c is empty. */
static int read_config(const struct helper *h, struct config *c, struct err *err)
{
	int r = config_init(c);

	r = r ?: config_load(c, PLACES_SYSTEM_CONFIG, h->places->profile, err);
	return r ?: config_load(c, h->config_path, h->places->profile, err);
}

/* A title, a line feed, and a text. */
static int notify(const struct helper *h, const char *word, struct err *err)
{
	CLEANUP(config_release_p) struct config c = { 0 };
	CLEANUP(str_free_p) char *title = strndup(word, strcspn(word, "\n"));
	int r = title ? read_config(h, &c, err) : -ENOMEM;

	if (r == 0 && !str_empty(c.settings.notify) && word[strlen(title)])
		notify_tell(c.settings.notify, title, word + strlen(title) + 1);
	return r;
}

/* Whether some [site] has exactly that command. */
static int is_configured(const struct helper *h, const char *command, struct err *err)
{
	CLEANUP(config_release_p) struct config c = { 0 };
	int r = read_config(h, &c, err);

	for (size_t i = 0; r == 0 && i < c.n_sites; i++) {
		const struct site_config *s = &c.sites[i];

		if (str_eq(s->passcmd, command) || str_eq(s->cookiecmd, command) || str_eq(s->tokencmd, command))
			return 0;
	}
	return r < 0 ? r : err_set(err, -EPERM, "it does not stand in the configuration");
}

static int run_command(const struct helper *h, const char *command, int back, char **ret, struct err *err)
{
	int r = is_configured(h, command, err);

	if (r < 0)
		return r;
	net_cred_guard();
	signal(SIGIO, on_io);
	if (fcntl(back, F_SETOWN, getpid()) < 0 || fcntl(back, F_SETFL, O_ASYNC) < 0)
		return -errno;
	return net_cred_command(command, &gone, ret, err);
}

/* In a child. */
static void __attribute__((noreturn)) obey(const struct helper *h, enum order order, const char *word, int back)
{
	static struct answer a;
	CLEANUP(net_cred_wipe_p) char *secret = NULL;
	struct err err = { 0 };

	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	a.r = -ENOSYS;
	if (order == ORDER_COMMAND)
		a.r = run_command(h, word, back, &secret, &err);
	else if (order == ORDER_UNMOUNT)
		a.r = cli_unmount(h->mountpoint, true, &err);
	else if (order == ORDER_REMOVE)
		a.r = registry_remove(h->places->lists, h->places->profile, word, &err);
	else if (order == ORDER_NOTIFY)
		a.r = notify(h, word, &err);
	snprintf(a.text, sizeof(a.text), "%s", secret ? secret : a.r < 0 ? err_text(&err, a.r) : "");
	_exit(send(back, &a, offsetof(struct answer, text) + strlen(a.text) + 1, MSG_NOSIGNAL) < 0);
}

/* The length of the next order, with the socket for its answer; 0: the daemon has ended. */
static ssize_t receive(int socket, char *text, size_t n, int *ret_back)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { text, n - 1 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *c = got > 0 ? CMSG_FIRSTHDR(&m) : NULL;

	*ret_back = -1;
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(ret_back, CMSG_DATA(c), sizeof(int));
	text[got > 0 ? got : 0] = '\0';
	return got;
}

/* Nothing of the daemon's is kept but the socket: neither the profile's lock nor the terminal. */
static void let_go(int *socket)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t all;

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	if (*socket != 3)
		dup2(*socket, 3);
	*socket = 3;
	fcntl(3, F_SETFD, FD_CLOEXEC);
	close_range(4, ~0u, 0);
	prctl(PR_SET_NAME, "spfs-helper");
	/* Ctrl-C and service managers mean the daemon, which needs us for its end. */
	for (int sig = 1; sig < SIGSYS; sig++)
		if (sig != SIGKILL && sig != SIGSTOP && sig != SIGSEGV && sig != SIGBUS && sig != SIGABRT && sig != SIGFPE && sig != SIGILL)
			signal(sig, SIG_IGN);
	sigfillset(&all);
	pthread_sigmask(SIG_UNBLOCK, &all, NULL);
	if (chdir("/") < 0)
		_exit(1);
}

static void __attribute__((noreturn)) serve(const struct helper *h, int socket)
{
	static char text[ORDER_MAX];
	ssize_t n;
	int back;

	let_go(&socket);
	while ((n = receive(socket, text, sizeof(text), &back)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		if (n > 0 && back >= 0 && fork() == 0)
			obey(h, (enum order) text[0], text + 1, back);
		fsutil_close_p(&back);
	}
	_exit(0);
}

/* ---- in the daemon ---------------------------------------------------------------------------------- */

int helper_start(const struct places *places, const char *config_path, const char *mountpoint, struct helper **ret)
{
	struct helper *h = calloc(1, sizeof(*h));
	sigset_t all, before;
	int ends[2];

	if (!h)
		return -ENOMEM;
	*h = (struct helper) { places, config_path, mountpoint, -1, -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		free(h);
		return -errno;
	}
	/* until it ignores them */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	h->pid = fork();
	if (h->pid != 0)
		pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (h->pid == 0) {
		close(ends[0]);
		serve(h, ends[1]);
	}
	close(ends[1]);
	h->socket = ends[0];
	if (h->pid < 0) {
		int r = -errno;

		helper_stop(h);
		return r;
	}
	*ret = h;
	return 0;
}

pid_t helper_pid(const struct helper *h)
{
	return h->pid;
}

struct helper *helper_stop(struct helper *h)
{
	if (!h)
		return NULL;
	fsutil_close_p(&h->socket);
	while (h->pid > 0 && waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(h);
	return NULL;
}

static int send_order(const struct helper *h, enum order order, const char *word, int back)
{
	CLEANUP(str_free_p) char *text = str_printf("%c%s", order, word);
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { text, text ? strlen(text) : 0 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	if (!text)
		return -ENOMEM;
	if (part.iov_len >= ORDER_MAX)
		return -E2BIG;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &back, sizeof(int));
	return sendmsg(h->socket, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The answer: its code; -ESRCH: the helper is gone. */
static int wait_for(int fd, const atomic_int *cancel, struct answer *a)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while (poll(&p, 1, TICK_MS) <= 0)
		if (cancel && atomic_load(cancel))
			return -ECANCELED;
	n = recv(fd, a, sizeof(*a), 0);
	if (n <= (ssize_t) offsetof(struct answer, text))
		return -ESRCH;
	a->text[sizeof(a->text) - 1] = '\0';
	return a->r;
}

/* ret: the text of the answer; NULL: of no interest. */
static int ask(const struct helper *h, enum order order, const char *word, const atomic_int *cancel, char **ret,
	       struct err *err)
{
	struct answer *a = calloc(1, sizeof(*a));
	CLEANUP(fsutil_close_p) int back = -1;
	int ends[2], r;

	if (!a)
		return err_set(err, -ENOMEM, "out of memory");
	r = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ? -errno : 0;
	if (r == 0) {
		back = ends[0];
		r = send_order(h, order, word, ends[1]);
		close(ends[1]);
	}
	r = r ?: wait_for(back, cancel, a);
	if (r < 0)
		err_set(err, r, "%s", *a->text ? a->text : err_text(NULL, r));
	else if (ret)
		r = str_set(ret, a->text);
	explicit_bzero(a, sizeof(*a));
	free(a);
	return r;
}

int helper_command(void *helper, const char *command, const atomic_int *cancel, char **ret, struct err *err)
{
	return ask(helper, ORDER_COMMAND, command, cancel, ret, err);
}

int helper_unmount(struct helper *h)
{
	return ask(h, ORDER_UNMOUNT, "", NULL, NULL, NULL);
}

void helper_notify(struct helper *h, const char *title, const char *text)
{
	CLEANUP(str_free_p) char *word = str_printf("%s\n%s", title, text);
	struct err err = { 0 };
	int r = word ? ask(h, ORDER_NOTIFY, word, NULL, NULL, &err) : -ENOMEM;

	if (r < 0)
		log_warning("notify: %s", err_text(&err, r));
}

int helper_remove_list(struct helper *h, const char *name, struct err *err)
{
	return ask(h, ORDER_REMOVE, name, NULL, NULL, err);
}
