#include "t_sync_docs.h"

#include "base/log.h"

/*
 * Random schedules of what users, other people and a bad line do to some clients of one library; then everything heals:
 *
 *	I5  all clients show what the server has, and what is in their caches is that
 *	I6  what was acknowledged is what the server has, or was overwritten or deleted by somebody who had it before
 *	    him, or is in a file that only this client has
 *	I7  nothing is on the server twice
 *	I9  the journal is empty, the store sound, no unsent file is left over
 *	I10 it comes to rest
 *
 * SPFS_SEED=n runs one seed, shrunk if it fails; RUNS=n and SPFS_SEED_FROM=n.
 */
enum { OPS_MAX = 120 };

enum kind {
	OP_CREATE, OP_EDIT, OP_OPEN, OP_SAVE, OP_OVER, OP_RENAME, OP_UNLINK, OP_DISCARD, OP_GRACE, OP_PULL, OP_SYNC, OP_SEND,
	OP_KILL, OP_OFFLINE, OP_ONLINE, OP_FAULT, OP_THIRD, OP_EXPIRE, OP_RETRY, OP_COUNT
};

static const struct {
	const char *name;
	int weight;
	bool always;
} kinds[OP_COUNT] = {
	[OP_CREATE] = { "create", 8, true }, [OP_EDIT] = { "edit", 14, true }, [OP_OPEN] = { "open", 4, false },
	[OP_SAVE] = { "save", 4, false }, [OP_OVER] = { "over", 4, false }, [OP_RENAME] = { "rename", 5, false },
	[OP_UNLINK] = { "unlink", 5, false }, [OP_DISCARD] = { "discard", 1, false }, [OP_GRACE] = { "grace", 4, true },
	[OP_PULL] = { "pull", 6, true }, [OP_SYNC] = { "sync", 12, true }, [OP_SEND] = { "send", 8, true },
	[OP_KILL] = { "kill", 3, false }, [OP_OFFLINE] = { "offline", 2, false }, [OP_ONLINE] = { "online", 3, true },
	[OP_FAULT] = { "fault", 12, false }, [OP_THIRD] = { "third", 12, false }, [OP_EXPIRE] = { "expire", 2, false },
	[OP_RETRY] = { "retry", 1, false },
};

static const char *const fault_names[FAULT_COUNT] = {
	"gone", "busy", "lost", "twice", "kill-before", "kill-after", "third", "canceled",
};

struct op {
	enum kind kind;
	int client;
	unsigned dice;
	enum fault fault;
};

struct schedule {
	struct op v[OPS_MAX];
	int n, clients;
	bool strict_delete, no_words, sets;
};

static void run_op(struct world *w, const struct op *op)
{
	struct docs_client *dc = &w->c[op->client % w->n_clients];

	w->dice = op->dice;
	switch (op->kind) {
	case OP_CREATE: op_create(dc); break;
	case OP_EDIT: op_open(dc); op_save(dc); break;
	case OP_OPEN: op_open(dc); break;
	case OP_SAVE: op_save(dc); break;
	case OP_OVER: op_over(dc); break;
	case OP_RENAME: op_rename(dc); break;
	case OP_UNLINK: op_unlink(dc); break;
	case OP_DISCARD: op_discard(dc); break;
	case OP_GRACE: op_grace(dc); break;
	case OP_PULL: (void) !pull_once(dc); break;
	case OP_SYNC: op_sync(dc); break;
	case OP_SEND: (void) !send_once(dc); break;
	case OP_KILL: kill_here(dc); break;
	case OP_OFFLINE: dc->online = false; break;
	case OP_ONLINE: dc->online = true; break;
	case OP_FAULT:
		if (dc->n_armed < ARMED_MAX)
			dc->armed[dc->n_armed++] = op->fault;
		break;
	case OP_THIRD: third_acts(w); break;
	case OP_EXPIRE: w->oldest_token = ++w->seq; break;
	case OP_RETRY: op_retry(dc); break;
	case OP_COUNT: break;
	}
	if (dc->killed) {
		client_dies(dc);
		client_starts(dc);
	}
}

/* ---- schedules -------------------------------------------------------------------------------------------------------------- */

static void make_schedule(unsigned seed, struct schedule *s)
{
	uint64_t state = seed;
	bool off[OP_COUNT], fault_off[FAULT_COUNT];
	int sum = 0, length = 20 + (int) (next_random(&state) % (OPS_MAX - 20));

	for (int k = 0; k < OP_COUNT; k++) {
		off[k] = next_random(&state) % 2 && !kinds[k].always;
		sum += off[k] ? 0 : kinds[k].weight;
	}
	for (int k = 0; k < FAULT_COUNT; k++)
		fault_off[k] = next_random(&state) % 2;
	*s = (struct schedule) { .clients = 2 + (int) (next_random(&state) % 2), .strict_delete = next_random(&state) % 2 };
	s->no_words = next_random(&state) % 3 == 0;
	s->sets = seed % 2; /* drawn from nothing: what the numbers of before did, they still do */
	while (s->n < length) {
		int at = (int) (next_random(&state) % (unsigned) sum), k = 0;
		struct op *op = &s->v[s->n];

		while (off[k] || at >= kinds[k].weight)
			at -= off[k] ? 0 : kinds[k].weight, k++;
		op->kind = (enum kind) k;
		op->client = (int) (next_random(&state) % (unsigned) s->clients);
		op->dice = next_random(&state);
		op->fault = (enum fault) (next_random(&state) % FAULT_COUNT);
		s->n += op->kind != OP_FAULT || !fault_off[op->fault];
	}
}

static int print_node(void *arg, const struct store_node *n)
{
	struct docs_client *dc = arg;
	int64_t version;

	if (n->kind == STORE_NODE_DOCUMENT)
		print_message(" %s=d%d", n->name, look(dc, n->item, &version));
	else
		print_message(" %s", n->name);
	return 0;
}

static int print_change(void *arg, const struct store_change *c)
{
	(void) arg;
	print_message(" (%s %s %s base %lld %s)", change_op_name(c->change.op), store_change_state_name(c->state), c->name ? c->name : "-",
		      (long long) c->change.content.base, c->change.content.etag ? c->change.content.etag : "-");
	return 0;
}

static void print_world(struct world *w)
{
	print_message("       server:");
	for (int i = 0; i < w->n_docs; i++)
		if (!w->doc[i].deleted)
			print_message(" %s%d=d%dv%lld", w->doc[i].name, i + 1, now_in(&w->doc[i]), (long long) w->doc[i].version);
	for (int i = 0; i < w->n_clients; i++) {
		print_message("\n       client %d:", i);
		assert_int_equal(store_node_children(w->c[i].c.st, w->c[i].c.root, 0, print_node, &w->c[i]), 0);
		assert_int_equal(store_change_each(w->c[i].c.st, 0, print_change, NULL), 0);
	}
	print_message("\n");
}

static bool run_schedule(const struct schedule *s, bool verbose, char why[512])
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->strict_delete = s->strict_delete;
	w->no_words = s->no_words;
	w->sets = s->sets;
	for (int i = 0; i < s->clients; i++)
		add_client(w);
	for (int i = 0; i < s->n && !w->why[0]; i++) {
		const struct op *op = &s->v[i];

		if (verbose)
			print_message("  %3d  client %d  %s %s  (%u)\n", i, op->client, kinds[op->kind].name,
				      op->kind == OP_FAULT ? fault_names[op->fault] : "", op->dice);
		run_op(w, op);
		if (verbose)
			print_world(w);
	}
	if (!w->why[0])
		heal(w);
	if (verbose)
		print_world(w);
	if (!w->why[0])
		check_end(w);
	snprintf(why, 512, "%s", w->why);
	if (verbose)
		print_message("  the server has seen: %s\n", w->log);
	world_free(w);
	return !why[0];
}

static void shrink(struct schedule *s, const char *why)
{
	size_t same = strcspn(why, " ");

	for (int size = s->n / 2; size >= 1; size /= 2)
		for (int i = 0; i < s->n;) {
			struct schedule less = *s;
			int cut = size < s->n - i ? size : s->n - i;
			char now[512];

			memmove(&less.v[i], &less.v[i + cut], (size_t) (s->n - i - cut) * sizeof(less.v[0]));
			less.n -= cut;
			if (!run_schedule(&less, false, now) && strncmp(now, why, same + 1) == 0)
				*s = less;
			else
				i += cut;
		}
}

static long number_from(const char *name, long other)
{
	const char *text = getenv(name);

	return text && *text ? strtol(text, NULL, 10) : other;
}

static void report(unsigned seed, struct schedule *s, const char *why)
{
	char now[512];

	print_message("seed %u: %s (%d operations)\n", seed, why, s->n);
	shrink(s, why);
	run_schedule(s, true, now);
	fail_msg("SPFS_SEED=%u: %s (shrunk to %d operations: %s)", seed, why, s->n, now);
}

#ifdef __SANITIZE_ADDRESS__
enum { RUNS_WHEN_NOT_TOLD = 10 };
#else
enum { RUNS_WHEN_NOT_TOLD = 40 };
#endif

static void random_schedules_of_documents(void **state)
{
	long from = number_from("SPFS_SEED_FROM", 1), runs = number_from("RUNS", RUNS_WHEN_NOT_TOLD), one = number_from("SPFS_SEED", 0);
	int64_t begun = clock_mono_ms();
	struct schedule s;
	char why[512];

	(void) state;
	template = template ? template : make_template();
	from = one ? one : from;
	runs = one ? 1 : runs;
	for (long seed = from; seed < from + runs; seed++) {
		make_schedule((unsigned) seed, &s);
		if (!run_schedule(&s, false, why))
			report((unsigned) seed, &s, why);
	}
	print_message("%ld seeds from %ld, %lld ms\n", runs, from, (long long) (clock_mono_ms() - begun));
}

static int remove_template(void **state)
{
	(void) state;
	if (template)
		wipe(template);
	free(template);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_schedules_of_documents) };

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, remove_template);
}
