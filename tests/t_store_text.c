/* Texts, which only exist here, and vacancies, which wait for their time. */
#include "base/buf.h"
#include "t_store_util.h"

static void put_text(struct store *s, int64_t ino, const void *p, size_t n, const struct store_text *t)
{
	must(store_begin(s));
	must(store_text_put(s, ino, p, n, t));
	must(store_commit(s));
}

static void bytes_state_and_base_come_back(void **state)
{
	static const char bytes[] = "bytes\0with\xff anything";
	static const enum store_text_state states[] = { STORE_TEXT_OPEN, STORE_TEXT_DRAFT, STORE_TEXT_KEPT };
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(1 << 20);
	struct fixture *f = *state;
	struct store_text t = STORE_TEXT_INIT, back = STORE_TEXT_INIT;
	int64_t ino = add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_ITEM, 1);

	for (size_t i = 0; i < 3; i++) {
		t.state = states[i];
		t.since = INT64_MAX - (int64_t) i;
		t.has_base = i != 1;
		if (t.has_base)
			must(values_set(&t.base, "Title", i ? NULL : "A"));
		put_text(f->s, ino, bytes, sizeof(bytes), &t);
		reopen_store(f);
		buf_reset(&out);
		must(store_text_get(f->s, ino, &out, &back));
		assert_int_equal(out.len, sizeof(bytes));
		assert_memory_equal(out.p, bytes, sizeof(bytes));
		assert_int_equal(back.state, t.state);
		assert_int_equal(back.since, t.since);
		assert_int_equal(back.has_base, t.has_base);
		assert_true(values_equal(&back.base, &t.base) || !t.has_base);
	}
	store_text_release(&t);
	store_text_release(&back);
}

static void an_empty_text_is_a_text(void **state)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(16);
	const struct store_text t = { .state = STORE_TEXT_OPEN };
	struct fixture *f = *state;
	struct store_text back = STORE_TEXT_INIT;

	back.since = 5;
	assert_int_equal(store_text_get(f->s, f->root, &out, &back), -ENOENT);
	assert_int_equal(back.since, 5);
	put_text(f->s, f->root, NULL, 0, &t);
	must(store_text_get(f->s, f->root, &out, &back));
	assert_int_equal(out.len, 0);
	put_text(f->s, f->root, "12345678901234567", 17, &t);
	assert_int_equal(store_text_get(f->s, f->root, &out, NULL), -EFBIG);
	must(store_begin(f->s));
	must(store_text_delete(f->s, f->root));
	must(store_text_delete(f->s, f->root));
	must(store_commit(f->s));
	assert_int_equal(store_text_get(f->s, f->root, NULL, NULL), -ENOENT);
}

struct walk {
	struct store *s;
	int64_t ino[8];
	int n;
};

/* What a restart does with left-over buffers: each becomes something else, in a transaction of its own. */
static int settle_text(void *arg, int64_t ino)
{
	const struct store_text t = { .state = STORE_TEXT_DRAFT };
	struct walk *w = arg;
	struct store_text now = STORE_TEXT_INIT;

	put_text(w->s, ino, "x", 1, &t);
	must(store_text_get(w->s, ino, NULL, &now));
	assert_int_equal(now.state, STORE_TEXT_DRAFT);
	w->ino[w->n++] = ino;
	return 0;
}

static int count_text(void *arg, int64_t ino)
{
	(void) ino;
	++*(int *) arg;
	return *(int *) arg == 2 ? -EINTR : 0;
}

static void texts_are_found_by_state_and_may_change_meanwhile(void **state)
{
	const struct store_text open = { .state = STORE_TEXT_OPEN }, kept = { .state = STORE_TEXT_KEPT };
	struct fixture *f = *state;
	struct walk w = { .s = f->s };
	int n = 0;

	put_text(f->s, 30, "a", 1, &open);
	put_text(f->s, 20, "b", 1, &kept);
	put_text(f->s, 10, "c", 1, &open);
	put_text(f->s, 40, "d", 1, &open);
	must(store_text_each(f->s, STORE_TEXT_OPEN, settle_text, &w));
	assert_int_equal(w.n, 3);
	assert_true(w.ino[0] == 10 && w.ino[1] == 30 && w.ino[2] == 40);
	must(store_text_each(f->s, STORE_TEXT_OPEN, count_text, &n));
	assert_int_equal(n, 0);
	assert_int_equal(store_text_each(f->s, STORE_TEXT_DRAFT, count_text, &n), -EINTR);
	assert_int_equal(n, 2);
}

static void a_deleted_node_takes_its_text_along(void **state)
{
	const struct store_text t = { .state = STORE_TEXT_KEPT };
	struct fixture *f = *state;
	int64_t ino = add_node(f->s, f->list, f->root, "A.txt", STORE_NODE_ITEM, 1);

	put_text(f->s, ino, "a", 1, &t);
	must(store_begin(f->s));
	must(store_node_delete(f->s, ino));
	must(store_commit(f->s));
	assert_int_equal(store_text_get(f->s, ino, NULL, NULL), -ENOENT);
}

/* ---- vacancies ---------------------------------------------------------- */

static void put_vacancy(struct fixture *f, const char *name, int64_t item, enum store_vacancy_reason why, int64_t due)
{
	const struct store_vacancy v = {
		.parent = f->root, .name = (char *) name, .item = item, .list = f->list, .reason = why, .due = due,
	};

	must(store_begin(f->s));
	must(store_vacancy_put(f->s, &v));
	must(store_commit(f->s));
}

static void a_slot_is_vacated_once(void **state)
{
	struct fixture *f = *state;
	struct store_vacancy v = STORE_VACANCY_INIT;

	assert_int_equal(store_vacancy_find(f->s, f->root, "A.txt", &v), -ENOENT);
	put_vacancy(f, "A.txt", 1, STORE_VACANT_MOVED, 50);
	put_vacancy(f, "A.txt", 2, STORE_VACANT_UNLINK, 60);
	reopen_store(f);
	must(store_vacancy_find(f->s, f->root, "A.txt", &v));
	assert_int_equal(v.parent, f->root);
	assert_string_equal(v.name, "A.txt");
	assert_int_equal(v.item, 2);
	assert_int_equal(v.list, f->list);
	assert_int_equal(v.reason, STORE_VACANT_UNLINK);
	assert_int_equal(v.due, 60);
	assert_int_equal(store_vacancy_of_item(f->s, 1, &v), -ENOENT);
	must(store_vacancy_of_item(f->s, 2, &v));
	must(store_begin(f->s));
	must(store_vacancy_delete(f->s, f->root, "A.txt"));
	must(store_vacancy_delete(f->s, f->root, "A.txt"));
	must(store_commit(f->s));
	assert_int_equal(store_vacancy_of_item(f->s, 2, &v), -ENOENT);
	store_vacancy_release(&v);
}

struct due {
	struct store *s;
	char names[64];
};

static int end_vacancy(void *arg, const struct store_vacancy *v)
{
	struct due *d = arg;
	size_t len = strlen(d->names);

	snprintf(d->names + len, sizeof(d->names) - len, "%s,", v->name);
	must(store_begin(d->s));
	must(store_vacancy_delete(d->s, v->parent, v->name));
	must(store_commit(d->s));
	return 0;
}

static void vacancies_end_when_due_oldest_first(void **state)
{
	struct fixture *f = *state;
	struct due d = { .s = f->s };
	int64_t due = -1;

	assert_int_equal(store_vacancy_next(f->s, &due), -ENOENT);
	assert_int_equal(due, -1);
	put_vacancy(f, "c", 1, STORE_VACANT_UNLINK, 30);
	put_vacancy(f, "a", 2, STORE_VACANT_MOVED, 20);
	put_vacancy(f, "b", 3, STORE_VACANT_UNLINK, 10);
	must(store_vacancy_next(f->s, &due));
	assert_int_equal(due, 10);
	must(store_vacancy_each(f->s, 9, end_vacancy, &d));
	assert_string_equal(d.names, "");
	must(store_vacancy_each(f->s, 20, end_vacancy, &d));
	assert_string_equal(d.names, "b,a,");
	must(store_vacancy_next(f->s, &due));
	assert_int_equal(due, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(bytes_state_and_base_come_back),
		store_test(an_empty_text_is_a_text),
		store_test(texts_are_found_by_state_and_may_change_meanwhile),
		store_test(a_deleted_node_takes_its_text_along),
		store_test(a_slot_is_vacated_once),
		store_test(vacancies_end_when_due_oldest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
