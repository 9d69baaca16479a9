/*
 * The cases of tests/sync: each has to end as it says; and so when it is run again from the journal alone, with a new
 * life after every step; when it is killed at a crash point and goes on; and when a call fails at a fault point
 * and is made again. A second synchronisation at the end changes nothing.
 *
 * SPFS_CASE=name runs one. By default two crash points and two fault points of each case are taken; SPFS_CASES=some
 * takes samples all over it, closer at the beginning, and SPFS_CASES=all every one. An argument names the ways: cases_killed, for instance.
 */
#include "t_sync_case_run.h"

#include <glob.h>
#include <sys/wait.h>

#include "base/log.h"

static const char *template; /* a store with a registered list */

static const char *const mode_names[] = { "as it is", "a new life after each step", "killed", "failing" };

/* ---- one step ------------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	int (*fn)(struct case_run *r, const struct case_step *s);
	bool engine; /* may fail: the next round makes it good */
} words[] = {
	{ "server", do_server, false },	   { "fault", do_fault, false },   { "create", do_create, false },
	{ "save", do_save, false },	   { "replace", do_replace, false }, { "recreate", do_recreate, false },
	{ "rename", do_name, false },	   { "rename-dir", do_name, false }, { "remove", do_remove, false },
	{ "rmdir", do_remove, false },	   { "mkdir", do_mkdir, false },   { "discard", do_discard, false },
	{ "offline", do_line, false },	   { "online", do_line, false },
	{ "retry", do_retry, false },	   { "pull", do_pull, true },	   { "push", do_push, true },
	{ "grace", do_grace, true },	   { "sync", do_sync, true },
};

static void wrong(struct case_run *r, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void wrong(struct case_run *r, int line, const char *fmt, ...)
{
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!r->sh->why[0])
		snprintf(r->sh->why, sizeof(r->sh->why), "%s:%d: %s", r->c->path, line, text);
}

static void one_step(struct case_run *r, const struct case_step *s)
{
	bool refused = case_is(s, 0, "refused");
	struct case_step own = *s;
	size_t i = 0;
	int res;

	if (refused) {
		memmove(own.word, own.word + 1, sizeof(own.word) - sizeof(own.word[0]));
		own.n--;
	}
	while (i < sizeof(words) / sizeof(*words) && !case_is(&own, 0, words[i].word))
		i++;
	if (i == sizeof(words) / sizeof(*words)) {
		wrong(r, s->line, "there is no step \"%s\"", own.word[0]);
		return;
	}
	for (int try = 0; try < 3; try++) {
		bool before = has_fired(r);

		res = words[i].fn(r, &own);
		if (before == has_fired(r))
			break;
		r->again = true;
	}
	if (!words[i].engine && (res < 0) != refused)
		wrong(r, s->line, "%s: %s", own.word[0], res < 0 ? strerror(-res) : "was not refused");
	r->again = false;
}

static void live_anew(struct case_run *r)
{
	int res;

	client_close(r->cl);
	client_open(r->cl);
	arm(r, true);
	res = recover_start(r->cl->s);
	arm(r, false);
	if (res < 0)
		res = recover_start(r->cl->s);
	if (res < 0)
		wrong(r, 0, "a new life does not begin: %s", strerror(-res));
}

static void all_steps(struct case_run *r)
{
	char text[1024];

	while (r->sh->step < r->c->n && !r->sh->why[0]) {
		const struct case_step *s = &r->c->step[r->sh->step];
		int rounds = case_is(s, 0, "repeat") ? (int) strtol(s->word[1], NULL, 10) : 1;

		for (; r->sh->round < rounds; r->sh->round++) {
			struct case_step one = case_numbered(s, case_is(s, 0, "repeat") ? 2 : 0, r->sh->round + 1, text);

			one_step(r, rounds > 1 ? &one : s);
		}
		r->sh->round = 0;
		r->sh->step++;
		if (r->mode == LIVES)
			live_anew(r);
	}
}

/* ---- the end --------------------------------------------------------------------------------------- */

static void check_item(struct case_run *r, const struct case_step *s)
{
	struct fake *f = r->cl->f;
	const char *dir = case_value(s, "in");
	CLEANUP(str_free_p) char *path = str_printf("%s%s%s", FAKE_ROOT, dir ? "/" : "", dir ? dir : "");
	CLEANUP(values_release_p) struct values v = VALUES_INIT;

	case_values(s, &v);
	for (int i = 0; i < f->n; i++) {
		struct fake_item *it = &f->v[i];
		const char *const has[] = { it->title, it->status, it->body, it->notes };
		bool same = it->used && !it->deleted && strcmp(it->title, s->word[1]) == 0 && strcmp(it->dir, path) == 0;

		for (int k = 0; k < CASE_FIELDS; k++)
			same = same && (!case_value(s, case_keys[k]) || strcmp(has[k], case_value(s, case_keys[k])) == 0);
		if (same)
			return;
	}
	wrong(r, s->line, "the server has no such %s; it has seen %s", s->word[1], f->log);
}

static void check_file(struct case_run *r, const struct case_step *s)
{
	CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
	CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
	CLEANUP(buf_release_p) struct buf b = BUF_INIT(1 << 20);
	const char *leaf;
	int64_t parent, ino = node_at(r, s->word[1], &leaf, &parent);

	if (!ino || store_node_get(r->cl->st, ino, &n) < 0) {
		wrong(r, s->line, "there is no file %s", s->word[1]);
		return;
	}
	if (store_text_get(r->cl->st, ino, &b, NULL) == -ENOENT && n.item && store_item_get(r->cl->st, n.item, &it) == 0)
		assert_int_equal(look_render(NULL, NULL, n.item, &it.item, &b), 0);
	for (int i = 2; i < s->n; i++)
		if (!strstr(buf_str(&b), s->word[i]))
			wrong(r, s->line, "%s does not say %s:\n%s", s->word[1], s->word[i], buf_str(&b));
}

static int count_in_log(const char *log, const char *word)
{
	int n = 0;

	for (const char *p = log; *p; p = strstr(p, "; ") + 2)
		n += strncmp(p, word, strlen(word)) == 0;
	return n;
}

static void check_sent(struct case_run *r, const struct case_step *s)
{
	static const char *const kinds[][2] = {
		{ "folder", "new folder " }, { "update", "update " }, { "delete", "delete " }, { "all-new", "new " },
	};
	const char *log = r->cl->f->log, *want = case_value(s, "requests"), *new = case_value(s, "new");
	int folders = count_in_log(log, "new folder ");

	if (r->mode == KILLED || r->mode == FAILING)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *n = case_value(s, kinds[i][0]);

		if (n && strtol(n, NULL, 10) != count_in_log(log, kinds[i][1]))
			wrong(r, s->line, "the server has seen %s", log);
	}
	if (new && strtol(new, NULL, 10) != count_in_log(log, "new ") - folders)
		wrong(r, s->line, "the server has seen %s", log);
	if (want && strtol(want, NULL, 10) != r->cl->f->pushes)
		wrong(r, s->line, "there were %d requests", r->cl->f->pushes);
}

/* What is shown equals what is there: item by item, and in number, but for what waits. */
static void check_same(struct case_run *r, int waits)
{
	struct fake *f = r->cl->f;
	int64_t items;
	int alive = 0;

	for (int i = 0; i < f->n; i++) {
		CLEANUP(store_item_release_p) struct store_item it = STORE_ITEM_INIT;
		CLEANUP(store_node_release_p) struct store_node n = STORE_NODE_INIT;
		struct fake_item *s = &f->v[i];
		const char *const texts[] = { s->title, s->status, s->body };

		if (!s->used || s->deleted || s->hidden)
			continue;
		alive++;
		if (store_item_find(r->cl->st, r->cl->list, s->id, &it) < 0 || store_node_of_item(r->cl->st, it.id, &n) < 0) {
			if (!waits)
				wrong(r, 0, "item %lld, %s, is not shown", (long long) s->id, s->title);
			continue;
		}
		for (int k = 0; k < 3 && !waits; k++)
			if (!str_eq(values_get(&it.item.values, case_fields[k]), *texts[k] ? texts[k] : NULL))
				wrong(r, 0, "%s of item %lld is %s and shown as %s", case_fields[k], (long long) s->id, texts[k],
				      values_get(&it.item.values, case_fields[k]));
	}
	assert_int_equal(store_item_count(r->cl->st, r->cl->list, &items), 0);
	if (!waits && items != alive)
		wrong(r, 0, "there are %d items and %lld are shown", alive, (long long) items);
}

static int add_node(void *arg, const struct store_node *n)
{
	return buf_addf(arg, "%lld %s %d %lld %lld; ", (long long) n->ino, n->name, (int) n->kind, (long long) n->item,
			(long long) n->size);
}

static int add_folder(void *arg, const struct store_node *n)
{
	struct case_run *r = arg;

	if (n->kind != STORE_NODE_FOLDER)
		return 0;
	buf_addf(&r->tree, "%s: ", n->name);
	return store_node_children(r->cl->st, n->ino, 0, add_node, &r->tree);
}

static void note_tree(struct case_run *r)
{
	buf_reset(&r->tree);
	assert_int_equal(store_node_children(r->cl->st, r->cl->root, 0, add_node, &r->tree), 0);
	assert_int_equal(store_node_children(r->cl->st, r->cl->root, 0, add_folder, r), 0);
}

static int count_files_of(void *arg, const struct store_node *n)
{
	struct case_run *r = arg;

	if (n->kind == STORE_NODE_FOLDER)
		return store_node_children(r->cl->st, n->ino, 0, count_child, &r->files);
	r->files += n->kind != STORE_NODE_SCRATCH;
	return 0;
}

/* Once more: nothing is sent, nothing changes. */
static void check_quiet(struct case_run *r)
{
	CLEANUP(str_free_p) char *before = NULL;
	int64_t seq = r->cl->f->seq;
	int methods = r->cl->f->methods, conflicts = count_conflicts(r->cl);

	note_tree(r);
	before = strdup(buf_str(&r->tree));
	do_sync(r, NULL);
	note_tree(r);
	if (seq != r->cl->f->seq || methods != r->cl->f->methods)
		wrong(r, 0, "a second run sends something: %s", r->cl->f->log);
	if (strcmp(before, buf_str(&r->tree)) != 0)
		wrong(r, 0, "a second run changes something:\n%s\n%s", before, buf_str(&r->tree));
	if (conflicts != count_conflicts(r->cl))
		wrong(r, 0, "a second run finds a conflict");
}

static int end_line(struct case_run *r, const struct case_step *s, int *items, int *conflicts)
{
	if (case_is(s, 0, "item")) {
		++*items;
		check_item(r, s);
	} else if (case_is(s, 0, "items")) {
		*items = (int) strtol(s->word[1], NULL, 10);
	} else if (case_is(s, 0, "file")) {
		check_file(r, s);
		return 1;
	} else if (case_is(s, 0, "conflict")) {
		++*conflicts;
		if (!in_conflicts(r->cl, s->word[1]))
			wrong(r, s->line, "no file in conflicts/ says %s", s->word[1]);
	} else if (case_is(s, 0, "sent")) {
		check_sent(r, s);
	} else if (!case_is(s, 0, "waits") && !case_is(s, 0, "unbroken")) {
		wrong(r, s->line, "there is no \"%s\" at the end", s->word[0]);
	}
	return 0;
}

static void check_end(struct case_run *r)
{
	int items = 0, conflicts = 0, files = 0, waits = 0;
	struct err err = { 0 };

	for (int i = 0; i < r->c->n_end; i++) {
		if (case_is(&r->c->end[i], 0, "waits"))
			waits = (int) strtol(r->c->end[i].word[1], NULL, 10);
		files += end_line(r, &r->c->end[i], &items, &conflicts);
	}
	if (items != fake_count(r->cl->f))
		wrong(r, 0, "the server has %d items; it has seen %s", fake_count(r->cl->f), r->cl->f->log);
	if (files) {
		assert_int_equal(store_node_children(r->cl->st, r->cl->root, 0, count_files_of, r), 0);
		note_tree(r);
		if (files != r->files)
			wrong(r, 0, "there are %d files: %s", r->files, buf_str(&r->tree));
	}
	/* One that was kept before a kill may be kept again after it. */
	if (count_conflicts(r->cl) < conflicts || (r->mode < KILLED && count_conflicts(r->cl) != conflicts) ||
	    (!conflicts && count_conflicts(r->cl)))
		wrong(r, 0, "there are %d files in conflicts/", count_conflicts(r->cl));
	if (journal(r->cl) != waits)
		wrong(r, 0, "%lld changes wait (%lld unsure, %lld refused); the server has seen %s", (long long) journal(r->cl),
		      (long long) count_state(r->cl, STORE_CHANGE_UNSURE), (long long) count_state(r->cl, STORE_CHANGE_REFUSED),
		      r->cl->f->log);
	if (store_check(r->cl->st, &err) < 0)
		wrong(r, 0, "%s", err.text);
	check_same(r, waits);
	check_quiet(r);
}

/* ---- lives -------------------------------------------------------------------------------------------- */

static void live(struct case_run *r)
{
	CLEANUP(store_list_release_p) struct store_list l = STORE_LIST_INIT;

	client_open(r->cl);
	assert_int_equal(store_list_get(r->cl->st, r->cl->list, &l), 0);
	r->cl->root = l.root;
	if (recover_start(r->cl->s) < 0)
		wrong(r, 0, "it does not begin");
	all_steps(r);
	r->point = 0;
	if (!r->sh->why[0])
		check_end(r);
	client_close(r->cl);
}

/* In a process of its own: 137 when it was killed. */
static int in_child(struct case_run *r)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		live(r);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* With a registered list and no process that has it open: made once, and copied. */
static struct client *new_client(struct fake *f)
{
	static struct client *first; /* the test's own; its directory stays till the end */
	struct client *c;

	if (!first) {
		first = client_new(f);
		client_close(first);
		template = first->dir;
	}
	c = calloc(1, sizeof(*c));
	assert_non_null(c);
	*c = *first;
	c->f = f;
	snprintf(c->agent, sizeof(c->agent), "2fa454dc8373da4bbe5e3ba2a8701f73");
	c->dir = str_printf("%s.%d", first->dir, (int) getpid());
	copy_tree(first->dir, c->dir);
	pthread_mutex_init(&c->m, NULL);
	return c;
}

/* Whether the crash or fault point was met. */
static bool run_case(const struct case_file *c, enum mode mode, int point)
{
	struct fake *f = fake_new();
	struct case_run r = { .c = c, .mode = mode, .point = point, .cl = new_client(f), .tree = BUF_INIT(1 << 20) };
	CLEANUP(str_free_p) char *mark = str_printf("%s/fired", r.cl->dir);
	int died;
	bool fired;

	r.sh = mmap(NULL, sizeof(*r.sh), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(r.sh != MAP_FAILED);
	r.mark = mode == FAILING ? mark : NULL;
	if (r.mark)
		setenv("SPFS_FAULT_FIRED", mark, 1);
	died = in_child(&r);
	fired = died == 137 || has_fired(&r);
	if (died == 137) {
		r.point = 0;
		r.again = true;
		died = in_child(&r);
	}
	if (died || r.sh->why[0])
		fail_msg("%s, %s at %d: %s", c->path, mode_names[mode], point,
			 r.sh->why[0] ? r.sh->why : "the test itself failed");
	unsetenv("SPFS_FAULT_FIRED");
	wipe(r.cl->dir);
	free(r.cl->dir);
	buf_release(&r.cl->events);
	free(r.cl);
	munmap(r.sh, sizeof(*r.sh));
	fake_free(f);
	return fired;
}

/* ---- all cases, in each way ------------------------------------------------------------------------------ */

static void each_case(enum mode mode, void (*fn)(const struct case_file *c, enum mode mode))
{
	static struct case_file c;
	const char *only = getenv("SPFS_CASE");
	CLEANUP(str_free_p) char *pattern = str_printf("tests/sync/%s.case", only ? only : "*");
	glob_t g;

	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		case_read(g.gl_pathv[i], &c);
		fn(&c, mode);
	}
	globfree(&g);
}

static void once(const struct case_file *c, enum mode mode)
{
	run_case(c, mode, 0);
}

/* Another two for each case, so that all of them together are in many places. */
static void at_two_points(const struct case_file *c, enum mode mode)
{
	unsigned hash = 5381;

	for (const char *p = c->path; *p; p++)
		hash = hash * 33 + (unsigned char) *p;
	run_case(c, mode, 1 + (int) (hash % (mode == KILLED ? 30 : 600)));
	run_case(c, mode, 8 + (int) (hash / 1024 % (mode == KILLED ? 12 : 200)));
}

static void at_points(const struct case_file *c, enum mode mode)
{
	const char *how = getenv("SPFS_CASES");
	int point = 1, runs = 1;

	for (int i = 0; i < c->n_end; i++)
		if (case_is(&c->end[i], 0, "unbroken"))
			return;
	if (!how) {
		at_two_points(c, mode);
		return;
	}
	while (run_case(c, mode, point)) {
		point += strcmp(how, "all") == 0 ? 1 : 1 + point / 3;
		runs++;
	}
	print_message("  %s: %d runs up to point %d\n", strrchr(c->path, '/') + 1, runs, point);
}

static void cases_end_as_they_say(void **state)
{
	(void) state;
	each_case(PLAIN, once);
}

static void cases_from_the_journal(void **state)
{
	(void) state;
	each_case(LIVES, once);
}

static void cases_killed(void **state)
{
	(void) state;
#ifndef SPFS_TEST
	skip();
#endif
	each_case(KILLED, at_points);
}

static void cases_with_a_failing_call(void **state)
{
	(void) state;
#ifndef SPFS_TEST
	skip();
#endif
	each_case(FAILING, at_points);
}

static int remove_template(void **state)
{
	(void) state;
	if (template)
		wipe(template);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_end_as_they_say),
		cmocka_unit_test(cases_from_the_journal),
		cmocka_unit_test(cases_killed),
		cmocka_unit_test(cases_with_a_failing_call),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, remove_template);
}
