#include "t_sync_wait.h"

#include "base/log.h"

/* S9: lists that are pulled by themselves, and lists that are asked for together. */

static int pulls(struct client *c)
{
	int n;

	pthread_mutex_lock(&c->f->m);
	n = c->f->pulls;
	pthread_mutex_unlock(&c->f->m);
	return n;
}

static void an_interval_pulls_by_itself(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	struct looked k;

	fake_add(c->f, "A");
	start(c);
	assert_int_equal(look(c, &s).l.next_cycle, 0);
	sync_set_interval(c->s, c->list, 50);
	UNTIL(pulls(c) >= 4);
	fake_add(c->f, "B");
	UNTIL(ino_of(c, "B.txt") > 0);
	k = look(c, &s);
	assert_int_equal(k.l.interval_ms, 50);
	sync_set_interval(c->s, c->list, 0);
	UNTIL(is_idle(c));
	assert_int_equal(look(c, &s).l.next_cycle, 0);
	client_stop(c, 0);
}

/* MS-OUTSPS_R790: no sooner than RecommendedTimeBetweenSyncs, which does not bind a person. */
static void a_group_heeds_the_recommended_time(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	struct looked k;
	int before;

	c->f->recommended = 3600;
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	before = pulls(c);
	sync_set_interval(c->s, c->list, 20);
	k = look(c, &s);
	assert_true(k.l.next_cycle > clock_now_ns() + 3500ll * 1000000000);
	assert_int_equal(k.l.recommended_seconds, 3600);
	assert_true(open_dir(c, 1));
	assert_int_equal(pulls(c), before + 1);
	usleep(200000);
	assert_int_equal(pulls(c), before + 1);
	client_stop(c, 0);
}

/* MS-OUTSPS_R789 for groups: the floor holds, and the cycle goes on when it is over. */
static void a_group_heeds_the_floor(void **state)
{
	struct client *c = *state;
	struct sync_status s;

	c->f->min_minutes = 60;
	start(c);
	sync_set_interval(c->s, c->list, 20);
	assert_true(look(c, &s).l.next_cycle > clock_now_ns() + 3500ll * 1000000000);
	usleep(200000);
	assert_int_equal(pulls(c), 1);
	client_stop(c, 0);
}

/* A server that is away is not asked each interval: the back-off holds. */
static void a_group_backs_off(void **state)
{
	struct client *c = *state;
	int before;

	start(c);
	pthread_mutex_lock(&c->f->m);
	c->f->pull_fails.result = REMOTE_SITE_BAD;
	c->f->pull_fails.n = 1000;
	pthread_mutex_unlock(&c->f->m);
	sync_set_interval(c->s, c->list, 20);
	UNTIL(pulls(c) == 2);
	UNTIL(is_idle(c));
	before = pulls(c);
	usleep(300000);
	assert_int_equal(pulls(c), before);
	client_stop(c, 0);
}

static void work_offline_stops_the_cycle(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	int before;

	start(c);
	sync_set_online(c->s, false);
	sync_set_interval(c->s, c->list, 20);
	before = pulls(c);
	usleep(200000);
	assert_int_equal(pulls(c), before);
	assert_int_equal(look(c, &s).l.next_cycle, 0);
	sync_set_online(c->s, true);
	UNTIL(pulls(c) > before);
	client_stop(c, 0);
}

/* Several lists that are asked for together are one run. */
static void a_group_is_one_run(void **state)
{
	struct client *c = *state;
	int64_t lists[3] = { c->list };

	lists[1] = client_register(c, "B", "{11111111-2222-3333-4444-555555555551}");
	lists[2] = client_register(c, "C", "{11111111-2222-3333-4444-555555555552}");
	start(c);
	client_forget_events(c);
	assert_int_equal(sync_request_lists(c->s, SYNC_ALL, lists, 2), 0);
	UNTIL(client_heard(c, "end 2 lists, 0 received, 0 sent, 0 conflicts, 0 failed"));
	assert_int_equal(pulls(c), 5);
	lists[0] = 4711;
	assert_int_equal(sync_request_lists(c->s, SYNC_ALL, lists, 1), 0);
	sync_set_online(c->s, false);
	assert_int_equal(sync_request_lists(c->s, SYNC_ALL, lists, 2), -ENETDOWN);
	client_stop(c, 0);
}

/* mode = 2003: nothing can be changed, whatever the rights are, and the server's description does not end that. */
static void a_frozen_list_is_read_only(void **state)
{
	struct client *c = *state;
	struct sync_status s;
	struct store_node root = STORE_NODE_INIT;
	int64_t ino;

	fake_add(c->f, "A");
	c->conf.fresh_ms = 0;
	client_renew(c);
	start(c);
	assert_int_equal(sync_set_read_only(c->s, c->list, true), 0);
	assert_int_equal(save_field(c, "A.txt", "Status", "x"), -EROFS);
	assert_int_equal(sync_submit_make(c->s, c->root, "B.txt", STORE_NODE_DRAFT, 0644, NULL, &ino), -EROFS);
	c->f->send_list = true;
	assert_true(open_dir(c, 1));
	assert_int_equal(save_field(c, "A.txt", "Status", "x"), -EROFS);
	assert_non_null(look(c, &s).l.read_only);
	assert_int_equal(store_node_get(c->st, c->root, &root), 0);
	assert_int_equal(root.mode, 0555);
	store_node_release(&root);
	assert_int_equal(sync_set_read_only(c->s, c->list, false), 0);
	assert_int_equal(save_field(c, "A.txt", "Status", "x"), 0);
	assert_null(look(c, &s).l.read_only);
	client_stop(c, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_interval_pulls_by_itself),
		CASE(a_group_heeds_the_recommended_time),
		CASE(a_group_heeds_the_floor),
		CASE(a_group_backs_off),
		CASE(work_offline_stops_the_cycle),
		CASE(a_group_is_one_run),
		CASE(a_frozen_list_is_read_only),
	};

	log_setup(LOG_TO_NOTHING, LOG_LEVEL_INFO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
