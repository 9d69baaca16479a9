#include "session.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "accounts.h"
#include "app.h"
#include "groups.h"
#include "registry.h"
#include "wire.h"

int session_open(struct session *s, const char *profile, const char *config, struct err *err)
{
	int r = places_find(profile, &s->places, err);

	if (r == 0)
		r = str_set(&s->config_path, config ? config : s->places.config);
	return r;
}

void session_close(struct session *s)
{
	if (s->app)
		wire_stop(s->app, 0);
	s->app = wire_close(s->app);
	s->accounts = accounts_free(s->accounts);
	s->groups = groups_free(s->groups);
	config_release(&s->config);
	free(s->config_path);
	s->config_path = NULL;
	places_release(&s->places);
	fsutil_close_p(&s->lock);
}

int session_configure(struct session *s, struct err *err)
{
	CLEANUP(str_free_p) char *memory = NULL;
	int r;

	if (s->accounts)
		return 0;
	r = config_init(&s->config);
	if (r == 0)
		r = config_load(&s->config, PLACES_SYSTEM_CONFIG, s->places.profile, err);
	if (r == 0)
		r = config_load(&s->config, s->config_path, s->places.profile, err);
	if (r < 0)
		return err_add(err, r, "%s: %s", s->config_path, err_text(NULL, r));
	if (!s->groups)
		s->groups = groups_new();
	memory = str_printf("%s/logins", s->places.data);
	s->accounts = s->groups && memory ? accounts_new(memory, s->places.base) : NULL;
	if (!s->accounts)
		return err_set(err, -ENOMEM, "out of memory");
	groups_load(s->groups, &s->config);
	accounts_load(s->accounts, &s->config);
	return 0;
}

int session_configure_again(struct session *s, struct err *err)
{
	s->accounts = accounts_free(s->accounts);
	config_release(&s->config);
	return session_configure(s, err);
}

int session_lock(struct session *s, struct err *err)
{
	int r = places_make(&s->places, err);

	return r < 0 ? r : places_lock(&s->places, &s->lock, err);
}

int session_ask(struct session *s, struct err *err)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	int r = registry_load(s->places.lists, s->places.profile, &reg, err);

	for (size_t i = 0; r == 0 && i < reg.n; i++)
		r = accounts_ask(s->accounts, reg.v[i].site, err);
	return r;
}

static int open_app(struct session *s, struct err *err)
{
	struct wire_config c = {
		.places = &s->places, .config_path = s->config_path, .settings = &s->config.settings,
		.accounts = s->accounts, .fsname = s->places.profile, .log_sink = LOG_TO_STDERR, .quiet = true,
	};
	int r = session_configure(s, err);

	if (r == 0)
		r = session_lock(s, err);
	if (r == 0)
		r = session_ask(s, err);
	if (r < 0)
		return r;
	c.accounts = s->accounts;
	c.groups = s->groups;
	places_note_holder(s->lock, NULL);
	return wire_open(&c, &s->app, err);
}

int session_serve(void *session, bool run, struct err *err)
{
	struct session *s = session;
	int r;

	log_setup(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	r = open_app(s, err);
	if (r == 0)
		r = wire_listen(s->app, err);
	if (r == 0 && run)
		r = wire_start(s->app, err);
	return r;
}

char *session_socket_of(void *session, const char *dir)
{
	const struct session *s = session;
	CLEANUP(places_release_p) struct places p = PLACES_INIT;
	CLEANUP(str_free_p) char *profile = places_mounted_at(&s->places, dir);
	char *socket;

	if (!profile || places_find(profile, &p, NULL) < 0)
		return NULL;
	socket = p.socket;
	p.socket = NULL;
	return socket;
}
