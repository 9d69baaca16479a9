#include "t_sync_docs.h"

#include "base/log.h"

/* Documents on their way: what each answer of the server's leads to, alone and side by side with others. */

enum { MORE = 3, WAIT_S = 60 };

/* What the server says to a PUT of that name; the first that fits. */
struct answer {
	const char *name; /* NULL: any */
	enum remote_result result;
	uint32_t code;
	int err;
	bool arrives;     /* and is carried out all the same */
};

static struct {
	pthread_mutex_t m;
	pthread_cond_t c;
	const struct answer *answers;
	int n;
	int together;     /* so many PUTs are to be on their way at the same time before the first is answered */
	int running, most;
	int disturbed;    /* requests beside PUTs that came while one was on its way */
} server = { .m = PTHREAD_MUTEX_INITIALIZER, .c = PTHREAD_COND_INITIALIZER };

static void no_answers(void)
{
	server.answers = NULL;
	server.n = server.together = server.running = server.most = server.disturbed = 0;
}

/* Needs server.m; a real wait: what never comes fails the test, and not its time. */
static void wait_for_others(void)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += WAIT_S;
	while (server.most < server.together && pthread_cond_timedwait(&server.c, &server.m, &end) == 0)
		;
}

static const struct answer *answer_to(const char *path)
{
	for (int i = 0; i < server.n; i++)
		if (!server.answers[i].name || str_eq(server.answers[i].name, item_leaf(path)))
			return &server.answers[i];
	return NULL;
}

static enum remote_result put(struct remote *r, const char *path, int fd, int64_t size, const char *if_match,
			      void (*progress)(void *arg, int64_t sent), void *arg, struct remote_doc *ret,
			      const atomic_int *cancel, struct remote_fault *f)
{
	const struct answer *a;
	enum remote_result result = REMOTE_OK;

	pthread_mutex_lock(&server.m);
	if (++server.running > server.most)
		server.most = server.running;
	pthread_cond_broadcast(&server.c);
	wait_for_others();
	if (progress)
		progress(arg, size);
	a = answer_to(path);
	if (!a || a->arrives)
		result = line_store(r, path, fd, size, if_match, NULL, NULL, ret, cancel, f);
	if (a) {
		remote_doc_release(ret);
		*ret = (struct remote_doc) { .size = -1 };
		result = a->result;
		f->server_code = a->code;
		f->err.code = a->err;
		snprintf(f->err.text, sizeof(f->err.text), "the server says %s", remote_result_name(result));
	}
	server.running--;
	pthread_mutex_unlock(&server.m);
	return result;
}

static void note_disturbance(void)
{
	pthread_mutex_lock(&server.m);
	server.disturbed += server.running > 0;
	pthread_mutex_unlock(&server.m);
}

static enum remote_result stat_it(struct remote *r, const char *path, struct remote_doc *ret, const atomic_int *cancel,
				  struct remote_fault *f)
{
	note_disturbance();
	return line_stat(r, path, ret, cancel, f);
}

static enum remote_result pull_it(struct remote *r, const struct remote_pull *q, const struct remote_sink *sink,
				  struct remote_page *ret, const atomic_int *cancel, struct remote_fault *f)
{
	note_disturbance();
	return line_pull(r, q, sink, ret, cancel, f);
}

static int open_it(void *arg, const char *site, struct remote **ret, struct err *err)
{
	static const struct remote_ops ops = { .pull = pull_it, .push = line_push, .close = line_close };
	static const struct remote_doc_ops docs = { .fetch = line_fetch, .stat = stat_it, .store = put, .move = line_move };
	int r = line_open(arg, site, ret, err);

	(*ret)->ops = &ops;
	(*ret)->docs = &docs;
	return r;
}

/* ---- one client -------------------------------------------------------------------------------------- */

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	template = template ? template : make_template();
	add_client(w);
	w->c->c.factory.open = open_it;
	no_answers();
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	no_answers();
	world_free(*state);
	return 0;
}

static int remove_template(void **state)
{
	(void) state;
	if (template)
		wipe(template);
	free(template);
	return 0;
}

static void must_end_well(struct world *w)
{
	no_answers();
	heal(w);
	check_end(w);
	if (w->why[0])
		fail_msg("%s", w->why);
}

/* Over the version that was opened, whose word is known. */
static void must_edit(struct docs_client *dc, const char *name)
{
	int64_t item, base, ino = ino_named(dc, name, &item);
	int had = look(dc, item, &base), t = token_new(dc->w, dc->number);
	char etag[80];

	etag_of(id_of(dc->w, doc_named(dc->w, name)), base, etag);
	assert_int_equal(save(dc, ino, item, t, base, base ? etag : NULL), 0);
	token_ack(dc->w, t, had);
}

static void must_rename(struct docs_client *dc, const char *name, const char *to)
{
	int64_t item;

	assert_int_equal(sync_submit_rename(dc->c.s, ino_named(dc, name, &item), dc->c.root, to, 0), 0);
}

static void others_make(struct world *w, const char *name)
{
	int t = token_new(w, CLIENTS_MAX);

	token_ack(w, t, 0);
	w->acting = CLIENTS_MAX;
	doc_new(w, name, t);
}

/* One turn of a list's worker, with connections for sets or without. */
static enum remote_result send_set(struct docs_client *dc, int more, struct push_result *res)
{
	struct remote *lines[MORE] = { NULL }, *r = NULL;
	struct push p = {
		.conf = &dc->c.conf, .list = dc->c.list, .limit = 100, .until = INT64_MAX - 1, .more = lines,
		.n_more = (size_t) more, .site = "",
	};
	struct remote_fault f = { 0 };
	enum remote_result result;

	*res = (struct push_result) { 0 };
	assert_int_equal(open_it(dc, "", &r, NULL), 0);
	p.remote = r;
	result = upload_run(&p, res, &f);
	line_close(r);
	for (int i = 0; i < MORE; i++)
		if (lines[i])
			line_close(lines[i]);
	return result;
}

struct counted {
	int n[8];
	int tries;
};

static int count_change(void *arg, const struct store_change *c)
{
	struct counted *k = arg;

	k->n[c->state]++;
	k->tries += c->tries;
	return 0;
}

static struct counted read_journal(struct docs_client *dc)
{
	struct counted k = { .tries = 0 };

	assert_int_equal(store_change_each(dc->c.st, dc->c.list, count_change, &k), 0);
	return k;
}

static int count_copy(void *arg, const struct store_node *n)
{
	*(int *) arg += n->name && strstr(n->name, " (conflict ") != NULL;
	return 0;
}

static int copies(struct docs_client *dc)
{
	int n = 0;

	assert_int_equal(store_node_children(dc->c.st, dc->c.root, 0, count_copy, &n), 0);
	return n;
}

/* ---- side by side --------------------------------------------------------------------------------------- */

static void documents_go_out_side_by_side(void **state)
{
	struct world *w = *state;
	struct push_result res;
	char name[32];

	for (int i = 0; i < 7; i++) {
		snprintf(name, sizeof(name), "n%d.txt", i);
		must_create(w->c, name);
	}
	server.together = MORE + 1;
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	assert_int_equal(server.most, MORE + 1);
	assert_int_equal(res.taken, 7);
	assert_int_equal(res.sent, 7);
	assert_int_equal(read_journal(w->c).n[STORE_CHANGE_SENT], 7);
	must_end_well(w);
}

/* A name is free only after the document that had it has moved, and that has its bytes stored where it was. */
static void what_has_to_wait_for_a_document_is_not_sent_beside_it(void **state)
{
	struct world *w = *state;
	struct push_result res;

	must_create(w->c, "a.txt");
	op_sync(w->c);
	must_edit(w->c, "a.txt");
	must_rename(w->c, "a.txt", "b.txt");
	must_create(w->c, "a.txt");
	must_create(w->c, "z.txt");
	w->log[0] = '\0';
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	assert_string_equal(w->log, "store a.txt; ");
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	assert_string_equal(w->log, "store a.txt; move to b.txt; ");
	server.together = 2;
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	assert_int_equal(res.sent, 2);
	assert_int_equal(server.most, 2);
	must_end_well(w);
	assert_int_equal(copies(w->c), 0);
	assert_non_null(doc_named(w, "b.txt"));
}

/* Two saves of one document stay two, one after the other. */
static void saves_of_one_document_go_one_after_the_other(void **state)
{
	struct world *w = *state;
	struct push_result res;

	must_create(w->c, "a.txt");
	op_sync(w->c);
	must_edit(w->c, "a.txt");
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	must_edit(w->c, "a.txt");
	must_create(w->c, "b.txt");
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	must_end_well(w);
	assert_int_equal(copies(w->c), 0);
	assert_int_equal(doc_named(w, "a.txt")->version, 3);
}

/* What was never begun counts as never tried, and nobody goes on alone. */
static void set_ends_when_the_server_goes_away(void **state)
{
	static const struct answer away[] = { { .result = REMOTE_SITE_BAD } };
	struct world *w = *state;
	struct push_result res;
	struct counted k;
	char name[32];

	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "n%d.txt", i);
		must_create(w->c, name);
	}
	server.answers = away;
	server.n = 1;
	server.together = MORE + 1;
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_SITE_BAD);
	k = read_journal(w->c);
	assert_int_equal(k.n[STORE_CHANGE_QUEUED], 12);
	assert_int_equal(k.tries, MORE + 1);
	must_end_well(w);
	assert_int_equal(w->n_docs, 12);
}

/* Looking at it pulls the list: that waits until nothing else is on its way. */
static void set_in_which_one_name_is_taken(void **state)
{
	struct world *w = *state;
	struct push_result res;

	for (const char *c = "abcde"; *c; c++) {
		char name[8] = { *c, '.', 't', 'x', 't', 0 };

		must_create(w->c, name);
	}
	others_make(w, "c.txt");
	server.together = MORE + 1;
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	assert_int_equal(server.disturbed, 0);
	assert_int_equal(res.taken, 5);
	assert_int_equal(read_journal(w->c).n[STORE_CHANGE_SENT], 4);
	assert_int_equal(copies(w->c), 1);
	must_end_well(w);
}

/* Each is looked for by itself. */
static void set_whose_answers_are_lost(void **state)
{
	static const struct answer lost[] = {
		{ .name = "a.txt", .result = REMOTE_LOST, .arrives = true }, { .name = "b.txt", .result = REMOTE_LOST },
	};
	struct world *w = *state;
	struct push_result res;

	must_create(w->c, "a.txt");
	must_create(w->c, "b.txt");
	server.answers = lost;
	server.n = server.together = 2;
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_LOST);
	assert_int_equal(read_journal(w->c).n[STORE_CHANGE_UNSURE], 2);
	must_end_well(w);
	assert_int_equal(w->n_docs, 2);
	assert_int_equal(copies(w->c), 0);
}

/* The others do its work. */
static int opens_one(void *arg, const char *site, struct remote **ret, struct err *err)
{
	(void) arg, (void) site, (void) ret;
	return err_set(err, -EMFILE, "no more of them");
}

static void set_without_further_connections(void **state)
{
	struct world *w = *state;
	struct push_result res;

	must_create(w->c, "a.txt");
	must_create(w->c, "b.txt");
	must_create(w->c, "c.txt");
	w->c->c.factory.open = opens_one;
	assert_int_equal(send_set(w->c, MORE, &res), REMOTE_OK);
	assert_int_equal(res.sent, 3);
	assert_int_equal(server.most, 1);
	w->c->c.factory.open = open_it;
	must_end_well(w);
}

/* ---- what each answer leads to ------------------------------------------------------------------------------- */

/* What sp makes of the server's answers is in t_sp_docs.c; this is what becomes of the change. */
static const struct outcome {
	const char *what;
	struct answer answer;
	enum remote_result list;        /* what the list's sync ends with; OK: it goes on */
	enum store_change_state state;
} outcomes[] = {
	{ "200, 201, 204", { .result = REMOTE_OK, .arrives = true }, REMOTE_OK, STORE_CHANGE_SENT },
	{ "401", { .result = REMOTE_AUTH }, REMOTE_AUTH, STORE_CHANGE_QUEUED },
	{ "400", { .result = REMOTE_ITEM_BAD, .err = -EINVAL }, REMOTE_OK, STORE_CHANGE_REFUSED },
	{ "403", { .result = REMOTE_ITEM_BAD, .err = -EACCES }, REMOTE_OK, STORE_CHANGE_REFUSED },
	{ "404, 409: no such folder", { .result = REMOTE_ITEM_GONE }, REMOTE_OK, STORE_CHANGE_UNSURE },
	{ "409 and a virus", { .result = REMOTE_ITEM_BAD, .code = 0x00960004 }, REMOTE_OK, STORE_CHANGE_REFUSED },
	{ "413", { .result = REMOTE_ITEM_BAD, .err = -EFBIG }, REMOTE_OK, STORE_CHANGE_REFUSED },
	{ "423", { .result = REMOTE_ITEM_BAD, .err = -EBUSY }, REMOTE_OK, STORE_CHANGE_REFUSED },
	{ "507", { .result = REMOTE_ITEM_BAD, .err = -EDQUOT }, REMOTE_OK, STORE_CHANGE_REFUSED },
	{ "500 before it was read", { .result = REMOTE_NOT_RUN }, REMOTE_OK, STORE_CHANGE_QUEUED },
	{ "503", { .result = REMOTE_SITE_BAD }, REMOTE_SITE_BAD, STORE_CHANGE_QUEUED },
	{ "no answer", { .result = REMOTE_LOST }, REMOTE_LOST, STORE_CHANGE_UNSURE },
	{ "no answer, and it arrived", { .result = REMOTE_LOST, .arrives = true }, REMOTE_LOST, STORE_CHANGE_UNSURE },
	{ "interrupted", { .result = REMOTE_CANCELED }, REMOTE_CANCELED, STORE_CHANGE_UNSURE },
	{ "no such list", { .result = REMOTE_LIST_GONE }, REMOTE_LIST_GONE, STORE_CHANGE_QUEUED },
	{ "the list is forbidden", { .result = REMOTE_LIST_BAD }, REMOTE_LIST_BAD, STORE_CHANGE_QUEUED },
};

static void check_outcome(const struct outcome *o, bool is_new, int others)
{
	void *state;
	struct world *w;
	struct push_result res;
	enum remote_result result;
	struct counted k;

	print_message("  %s, %s document, %d beside it\n", o->what, is_new ? "new" : "known", others);
	setup(&state);
	w = state;
	must_create(w->c, "a.txt");
	if (!is_new) {
		op_sync(w->c);
		must_edit(w->c, "a.txt");
	}
	for (int i = 0; i < others; i++) {
		char name[24];

		snprintf(name, sizeof(name), "other%d.txt", i);
		must_create(w->c, name);
	}
	server.answers = &(struct answer) { "a.txt", o->answer.result, o->answer.code, o->answer.err, o->answer.arrives };
	server.n = 1;
	server.together = others + 1;
	result = send_set(w->c, others ? MORE : 0, &res);
	assert_int_equal(result, o->list);
	k = read_journal(w->c);
	assert_int_equal(k.n[o->state], 1 + (o->state == STORE_CHANGE_SENT ? others : 0));
	assert_int_equal(k.n[STORE_CHANGE_SENT], others + (o->state == STORE_CHANGE_SENT));
	assert_int_equal(res.refused, o->state == STORE_CHANGE_REFUSED);
	assert_int_equal(copies(w->c), 0);
	if (o->state == STORE_CHANGE_REFUSED && o->answer.err == -EBUSY)
		assert_int_equal(k.n[STORE_CHANGE_REFUSED], 1);
	must_end_well(w);
	assert_int_equal(copies(w->c), 0);
	assert_int_equal(doc_named(w, "a.txt")->version, is_new ? 1 : 2);
	teardown(&state);
}

static void each_answer_has_its_outcome(void **state)
{
	(void) state;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++) {
		check_outcome(&outcomes[i], true, 0);
		check_outcome(&outcomes[i], false, 0);
		check_outcome(&outcomes[i], true, 2);
		check_outcome(&outcomes[i], false, 2);
	}
}

#define UPLOAD_CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UPLOAD_CASE(documents_go_out_side_by_side),
		UPLOAD_CASE(what_has_to_wait_for_a_document_is_not_sent_beside_it),
		UPLOAD_CASE(saves_of_one_document_go_one_after_the_other),
		UPLOAD_CASE(set_ends_when_the_server_goes_away),
		UPLOAD_CASE(set_in_which_one_name_is_taken),
		UPLOAD_CASE(set_whose_answers_are_lost),
		UPLOAD_CASE(set_without_further_connections),
		cmocka_unit_test(each_answer_has_its_outcome),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, remove_template);
}
