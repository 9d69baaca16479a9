/* The journal: changes in order, until the server has accepted them. */
#include "t_store_util.h"

static int64_t add_change(struct fixture *f, int64_t list, int64_t item, enum store_change_state st)
{
	struct store_change c = STORE_CHANGE_INIT;
	int64_t id;

	c.list = list;
	c.item = item;
	c.state = st;
	c.change.op = CHANGE_UPDATE;
	must(store_begin(f->s));
	must(store_change_add(f->s, &c));
	must(store_commit(f->s));
	id = c.id;
	store_change_release(&c);
	return id;
}

static void assert_same_change(const struct store_change *a, const struct store_change *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->list, b->list);
	assert_int_equal(a->item, b->item);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->change.op, b->change.op);
	assert_true(str_eq(a->change.replication_id, b->change.replication_id));
	assert_true(str_eq(a->change.folder, b->change.folder));
	assert_true(str_eq(a->change.name, b->change.name));
	assert_int_equal(a->change.fields.n, b->change.fields.n);
	assert_true(values_equal(&a->change.fields, &b->change.fields));
	assert_int_equal(a->created, b->created);
	assert_int_equal(a->touched, b->touched);
	assert_int_equal(a->tries, b->tries);
	assert_int_equal(a->server_code, b->server_code);
	assert_true(str_eq(a->reason, b->reason));
	assert_true(str_eq(a->name, b->name));
}

static void fill_change(struct store_change *c, int64_t list, int op, int st)
{
	bool named = (op + st) % 2;

	c->list = list;
	c->item = 3;
	c->state = (enum store_change_state) st;
	c->change.op = (enum change_op) op;
	c->created = INT64_MAX;
	c->touched = INT64_MIN;
	c->tries = op;
	c->server_code = 0x81020015u;
	must(str_set(&c->change.replication_id, named ? "{R}" : NULL));
	must(str_set(&c->change.folder, named ? "sites/a/Lists/Tasks/Sub" : NULL));
	must(str_set(&c->change.name, named ? NULL : "Sub"));
	must(str_set(&c->reason, named ? "save conflict" : NULL));
	must(str_set(&c->name, named ? NULL : "A.txt"));
	must(values_set(&c->change.fields, "Title", "A"));
	must(values_set(&c->change.fields, "Body", "")); /* clears, which is not the same as absent */
}

static void every_state_and_operation_comes_back(void **state)
{
	struct fixture *f = *state;
	struct store_change c = STORE_CHANGE_INIT, back = STORE_CHANGE_INIT;

	for (int op = 0; op < CHANGE_OP_COUNT; op++)
		for (int st = 0; st < STORE_CHANGE_STATE_COUNT; st++) {
			fill_change(&c, f->list, op, st);
			must(store_begin(f->s));
			must(store_change_add(f->s, &c));
			must(store_commit(f->s));
			must(store_change_get(f->s, c.id, &back));
			assert_same_change(&c, &back);
			c.tries = 100;
			must(str_set(&c.reason, "again"));
			must(store_begin(f->s));
			must(store_change_put(f->s, &c));
			must(store_commit(f->s));
			must(store_change_get(f->s, c.id, &back));
			assert_same_change(&c, &back);
		}
	assert_true(values_has(&back.change.fields, "Body"));
	store_change_release(&c);
	store_change_release(&back);
}

static void states_have_the_words_of_the_documentation(void **state)
{
	(void) state;
	assert_string_equal(store_change_state_name(STORE_CHANGE_QUEUED), "queued");
	assert_string_equal(store_change_state_name(STORE_CHANGE_SENDING), "sending");
	assert_string_equal(store_change_state_name(STORE_CHANGE_UNSURE), "unsure");
	assert_string_equal(store_change_state_name(STORE_CHANGE_REFUSED), "refused");
}

/* Nobody knows whether what was being sent when we were killed has arrived. */
static void sending_becomes_unsure_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct store_change c = STORE_CHANGE_INIT;
	int64_t id[STORE_CHANGE_STATE_COUNT];

	for (int st = 0; st < STORE_CHANGE_STATE_COUNT; st++)
		id[st] = add_change(f, f->list, 1, (enum store_change_state) st);
	for (int k = 0; k < 2; k++) {
		reopen_store(f);
		for (int st = 0; st < STORE_CHANGE_STATE_COUNT; st++) {
			must(store_change_get(f->s, id[st], &c));
			assert_int_equal(c.state, st == STORE_CHANGE_SENDING ? STORE_CHANGE_UNSURE : st);
		}
	}
	store_change_release(&c);
}

struct walk {
	struct store *s;
	int64_t id[8];
	int n;
	int stop;
};

static int note_change(void *arg, const struct store_change *c)
{
	struct walk *w = arg;

	w->id[w->n++] = c->id;
	return w->stop;
}

/* The first is deleted, the others change: neither disturbs the walk. */
static int settle_change(void *arg, const struct store_change *c)
{
	struct walk *w = arg;
	struct store_change copy = STORE_CHANGE_INIT;

	must(store_begin(w->s));
	if (w->n == 0) {
		must(store_change_delete(w->s, c->id));
	} else {
		must(store_change_get(w->s, c->id, &copy));
		copy.state = STORE_CHANGE_REFUSED;
		must(store_change_put(w->s, &copy));
	}
	must(store_commit(w->s));
	store_change_release(&copy);
	return note_change(arg, c);
}

static void changes_come_in_order(void **state)
{
	struct fixture *f = *state;
	int64_t other = add_list(f->s, SITE, "{B}", "Events");
	int64_t a = add_change(f, f->list, 9, STORE_CHANGE_QUEUED), b = add_change(f, other, 8, STORE_CHANGE_QUEUED);
	int64_t c = add_change(f, f->list, 7, STORE_CHANGE_QUEUED), d = add_change(f, f->list, 9, STORE_CHANGE_QUEUED);
	struct walk w = { .n = 0 };

	assert_true(a < b && b < c && c < d);
	must(store_change_each(f->s, 0, note_change, &w));
	assert_true(w.n == 4 && w.id[0] == a && w.id[1] == b && w.id[2] == c && w.id[3] == d);
	w.n = 0;
	must(store_change_each(f->s, f->list, note_change, &w));
	assert_true(w.n == 3 && w.id[0] == a && w.id[1] == c && w.id[2] == d);
	w.n = 0;
	must(store_change_of_item(f->s, 9, note_change, &w));
	assert_true(w.n == 2 && w.id[0] == a && w.id[1] == d);
	w = (struct walk) { .stop = 5 };
	assert_int_equal(store_change_each(f->s, 0, note_change, &w), 5);
	assert_int_equal(w.n, 1);
}

static void a_callback_may_settle_its_change(void **state)
{
	struct fixture *f = *state;
	struct walk w = { .s = f->s };
	int64_t n;

	for (int i = 0; i < 3; i++)
		add_change(f, f->list, 1, STORE_CHANGE_QUEUED);
	must(store_change_of_item(f->s, 1, settle_change, &w));
	assert_int_equal(w.n, 3);
	must(store_change_count(f->s, f->list, STORE_CHANGE_REFUSED, &n));
	assert_int_equal(n, 2);
	must(store_change_count(f->s, f->list, STORE_CHANGE_QUEUED, &n));
	assert_int_equal(n, 0);
}

static void counts_know_lists_and_states(void **state)
{
	struct fixture *f = *state;
	int64_t other = add_list(f->s, SITE, "{B}", "Events"), n, id;

	add_change(f, f->list, 1, STORE_CHANGE_QUEUED);
	add_change(f, other, 2, STORE_CHANGE_QUEUED);
	id = add_change(f, other, 3, STORE_CHANGE_REFUSED);
	must(store_change_count(f->s, 0, STORE_CHANGE_QUEUED, &n));
	assert_int_equal(n, 2);
	must(store_change_count(f->s, other, STORE_CHANGE_QUEUED, &n));
	assert_int_equal(n, 1);
	must(store_change_count(f->s, f->list, STORE_CHANGE_REFUSED, &n));
	assert_int_equal(n, 0);
	assert_int_equal(store_change_has(f->s, 3), 1);
	must(store_begin(f->s));
	must(store_change_delete(f->s, id));
	must(store_change_delete(f->s, id));
	must(store_commit(f->s));
	assert_int_equal(store_change_has(f->s, 3), 0);
}

/* Numbers order the changes for ever: a deleted one's is not given again, also not after a restart. */
static void numbers_only_ascend(void **state)
{
	struct fixture *f = *state;
	struct store_change c = STORE_CHANGE_INIT;
	int64_t id = add_change(f, f->list, 1, STORE_CHANGE_QUEUED);

	must(store_begin(f->s));
	must(store_change_delete(f->s, id));
	must(store_commit(f->s));
	reopen_store(f);
	assert_true(add_change(f, f->list, 1, STORE_CHANGE_QUEUED) > id);
	c.tries = 9;
	assert_int_equal(store_change_get(f->s, id, &c), -ENOENT);
	assert_int_equal(c.tries, 9);
	c.id = id;
	must(store_begin(f->s));
	assert_int_equal(store_change_put(f->s, &c), -ENOENT);
	must(store_commit(f->s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(every_state_and_operation_comes_back),
		store_test(states_have_the_words_of_the_documentation),
		store_test(sending_becomes_unsure_at_the_start),
		store_test(changes_come_in_order),
		store_test(a_callback_may_settle_its_change),
		store_test(counts_know_lists_and_states),
		store_test(numbers_only_ascend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
