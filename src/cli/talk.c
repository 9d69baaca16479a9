#include "cli/talk.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "ctl/client.h"

/* Long enough for a daemon whose disk is busy, short enough for a person. */
enum { WAIT_MS = 30000 };

static bool nobody_listens(int r)
{
	return r == -ENOENT || r == -ECONNREFUSED;
}

int cli_talk_failed(int r, const struct err *err)
{
	static const struct {
		int r;
		int code;
	} codes[] = {
		{ -ENETDOWN, CLI_UNREACHABLE },
		{ -ENETUNREACH, CLI_UNREACHABLE },
		{ -EHOSTUNREACH, CLI_UNREACHABLE },
		{ -EINVAL, CLI_USAGE },
	};

	cli_fail(CLI_FAILED, "%s", err_text(err, r));
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (codes[i].r == r)
			return codes[i].code;
	return CLI_FAILED;
}

static int serve(const struct cli_env *env, bool run)
{
	struct err err = { 0 };
	int r = env->serve(env->arg, run, &err);

	return r < 0 ? cli_talk_failed(r, &err) : CLI_OK;
}

int cli_talk_begin(const struct cli_env *env, enum talk_need need)
{
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	int r = ctl_client_open(env->socket, WAIT_MS, &c);

	if (r == 0)
		return CLI_OK;
	if (!nobody_listens(r))
		return cli_fail(CLI_FAILED, "%s: %s", env->socket, err_text(NULL, r));
	if (need == TALK_MOUNTED)
		return cli_fail(CLI_NOT_MOUNTED, "profile %s is not mounted", env->profile);
	return serve(env, need == TALK_ENGINE);
}

int cli_talk_try(const struct cli_env *env, struct buf *body, struct err *err, const char *const words[])
{
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	int n = 0;
	int r = ctl_client_open(env->socket, WAIT_MS, &c);

	if (r < 0)
		return err_set(err, r, "profile %s is not mounted any more (%s)", env->profile, err_text(NULL, r));
	while (words[n])
		n++;
	return ctl_client_call(c, n, words, body, err);
}

int cli_talk(const struct cli_env *env, struct buf *body, const char *const words[])
{
	CLEANUP(buf_release_p) struct buf none = BUF_INIT(65536);
	struct err err = { 0 };
	int r = cli_talk_try(env, body ? body : &none, &err, words);

	return r < 0 ? cli_talk_failed(r, &err) : CLI_OK;
}

static int talk_on(const struct cli_env *env, struct ctl_client **line, struct buf *body, struct err *err,
		   const char *const words[])
{
	int n = 0, r = *line ? 0 : ctl_client_open(env->socket, WAIT_MS, line);

	while (words[n])
		n++;
	if (r == 0)
		r = ctl_client_more(*line, n, words, body, err);
	if (r < 0)
		*line = ctl_client_close(*line);
	return r;
}

int cli_talk_on(const struct cli_env *env, struct ctl_client **line, struct buf *body, const char *const words[])
{
	struct err err = { 0 };
	int r = talk_on(env, line, body, &err, words);

	if (r == 0)
		return CLI_OK;
	/* An older spfs serves the mount, or the line was quiet for too long. */
	if (r != -ENOSYS && r != -ECONNRESET && r != -EINVAL)
		return cli_talk_failed(r, &err);
	buf_reset(body);
	return cli_talk(env, body, words);
}

int cli_talk_stream(const struct cli_env *env, const char *stream, int timeout_ms,
		    int (*fn)(void *arg, const char *line), void *arg)
{
	CLEANUP(ctl_client_close_p) struct ctl_client *c = NULL;
	struct err err = { 0 };
	int r = ctl_client_open(env->socket, timeout_ms, &c);

	if (r == 0)
		r = ctl_client_stream(c, stream, fn, arg, &err);
	if (r == -ETIMEDOUT && timeout_ms >= 0)
		return CLI_OK;
	return r < 0 ? cli_talk_failed(r, &err) : r;
}

int cli_status_key(const char *status, const char *key, char **ret)
{
	size_t n = strlen(key);

	/* The block of keys ends with an empty line; behind it stands what a server chose. */
	while (*status && *status != '\n') {
		size_t len = strcspn(status, "\n");

		if (len >= n + 2 && strncmp(status, key, n) == 0 && status[n] == ':')
			return (*ret = strndup(status + n + 2, len - n - 2)) ? 0 : -ENOMEM;
		status += len + (status[len] != '\0');
	}
	*ret = NULL;
	return 0;
}
