#include "migrate.h"

#include <errno.h>
#include <inttypes.h>

#include "conn.h"

/* schema.sql: PRAGMA application_id */
enum { APPLICATION = 0x73706673 };

/*
 * step[v] makes a database of version v one of version v + 1, and says so in its
 * user_version. A released step is never changed; the tests keep a database of
 * each released version. What opens a version must be able to read the one before
 * only through these steps.
 */
static const enum script step[] = {
	[0] = SCRIPT_SCHEMA,
	[1] = SCRIPT_SCHEMA_2,
};

enum { VERSION = sizeof(step) / sizeof(*step) };

/* SQLite gives 0 for the version of an empty file, and for other programs' databases. */
static int check_empty(struct store *s, struct err *err)
{
	int64_t tables = 0;
	int r = conn_number(s, &tables, Q_TABLES, "");

	if (r < 0 || tables == 0)
		return r;
	return err_set(err, -EUCLEAN, "%s is a database of another program", s->path);
}

int migrate_check(struct store *s, struct err *err)
{
	int64_t application = 0, version = 0;
	int r = conn_number(s, &version, Q_VERSION, "");

	if (r == 0)
		r = conn_number(s, &application, Q_APPLICATION, "");
	if (r < 0)
		return r;
	if (version == 0)
		return check_empty(s, err);
	if (application != APPLICATION)
		return err_set(err, -EUCLEAN, "%s is a database of another program", s->path);
	if (version > VERSION)
		return err_set(err, -EPROTO,
			       "%s was written by a newer spfs (its version is %" PRId64
			       ", this program knows up to %d); install that spfs again",
			       s->path, version, VERSION);
	return 0;
}

static int run_step(struct store *s, enum script which)
{
	CLEANUP(store_txn_p) struct store *txn = NULL;
	struct session *me;
	int r = store_begin(s);

	if (r < 0)
		return r;
	txn = s;
	r = conn_session(s, &me);
	if (r == 0)
		r = db_script(me->txn, which);
	if (r < 0)
		return r;
	txn = NULL;
	return store_commit(s);
}

int migrate_run(struct store *s)
{
	int64_t version;
	int r = conn_number(s, &version, Q_VERSION, "");

	for (; r == 0 && version < VERSION; version++)
		r = run_step(s, step[version]);
	return r;
}
