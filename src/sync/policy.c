#include "policy.h"

#include "base/fault.h"

/* ---- who opens what ---------------------------------------------------------- */

/* How many different lists other than `list` the process opened lately. */
static int count_lists(const struct policy_opens *o, pid_t tgid, int64_t list, int64_t now)
{
	int64_t known[POLICY_SCAN_LISTS];
	int n = 0;

	for (size_t i = 0; i < sizeof(o->v) / sizeof(*o->v) && n < POLICY_SCAN_LISTS; i++) {
		bool is_new = o->v[i].tgid == tgid && o->v[i].at && now - o->v[i].at <= POLICY_SCAN_MS &&
			      o->v[i].list != list;

		for (int k = 0; is_new && k < n; k++)
			is_new = known[k] != o->v[i].list;
		if (is_new)
			known[n++] = o->v[i].list;
	}
	return n;
}

unsigned policy_note_open(struct policy_opens *o, pid_t tgid, int64_t list, int64_t now)
{
	size_t n = sizeof(o->v) / sizeof(*o->v), place = o->next;
	unsigned seen = 0;

	for (size_t i = 0; i < n; i++) {
		if (o->v[i].tgid != tgid || o->v[i].list != list || !o->v[i].at)
			continue;
		if (now - o->v[i].at <= POLICY_FOLDER_MS)
			seen |= POLICY_SEEN;
		place = i;
	}
	if (count_lists(o, tgid, list, now) + 1 >= POLICY_SCAN_LISTS)
		seen |= POLICY_SCANNING;
	if (place == o->next)
		o->next = (o->next + 1) % n;
	o->v[place].tgid = tgid;
	o->v[place].list = list;
	o->v[place].at = now;
	return seen;
}

enum policy_answer policy_opened(const struct policy_open *o)
{
	if (o->offline || !o->readable || o->floored || o->held)
		return POLICY_CACHE;
	if (o->folder && o->seen & POLICY_SEEN)
		return POLICY_CACHE;
	if (o->ended && o->now - o->ended < o->fresh)
		return POLICY_CACHE;
	if (o->backing_off)
		return o->probed && o->now - o->probed < POLICY_PROBE_MS ? POLICY_CACHE : POLICY_BEHIND;
	return o->seen & POLICY_SCANNING ? POLICY_BEHIND : POLICY_WAIT;
}

bool policy_joins(int64_t began, int64_t reason, int64_t slack)
{
	return !began || began >= reason - slack;
}

/* ---- what is due ------------------------------------------------------------- */

int64_t policy_push_at(int64_t n, int64_t first, int64_t last, bool hurry)
{
	int64_t quiet = last + POLICY_QUIET_MS, latest = first + POLICY_LATEST_MS;

	if (n <= 0)
		return POLICY_NEVER;
	if (hurry || n >= POLICY_BATCH)
		return 0;
	return quiet < latest ? quiet : latest;
}

int64_t policy_floor(int64_t now_ns, int64_t last_sync_ns, int min_minutes)
{
	int64_t until = last_sync_ns + (int64_t) min_minutes * 60 * 1000000000;

	if (PLANTED("no_floor") || !last_sync_ns || min_minutes <= 0 || last_sync_ns > now_ns || until <= now_ns)
		return 0;
	return until;
}

bool policy_may_resync(int64_t last, int64_t now, bool asked)
{
	return PLANTED("resync_always") || asked || !last || now - last >= POLICY_RESYNC_MS;
}

bool policy_read_whole(int64_t echoes, int64_t items, int page)
{
	int64_t asking = (echoes + POLICY_CUT - 1) / POLICY_CUT, whole;

	/* Rows cost too, and a list that changes at its end is not to be read for it. */
	if (page <= 0 || items > 4 * echoes)
		return false;
	whole = (items + page - 1) / page;
	return whole < asking;
}

/* ---- the order of work --------------------------------------------------------- */

static enum policy_step step_to_send(const struct policy_facts *f)
{
	bool old = f->age >= (f->burst ? POLICY_BURST_MS : f->fresh);
	bool look_first = old || (f->deletes && !f->burst);

	if (f->folders && !f->looked && f->may_receive && !PLANTED("folder_unseen"))
		return POLICY_PULL;
	return look_first && !f->pulled && !f->floored && f->may_receive ? POLICY_PULL : POLICY_PUSH;
}

enum policy_step policy_step(const struct policy_facts *f)
{
	/* Sending first would do it twice when the lost answer was a yes. */
	if (f->unsure && !PLANTED("unsure_sends"))
		return f->may_receive && !f->pulled ? POLICY_PULL : POLICY_END;
	if (f->to_send > 0 && f->may_send && (f->due || f->wanted))
		return step_to_send(f);
	if (!f->may_receive || (f->floored && f->received))
		return POLICY_END;
	return f->wanted || f->owed ? POLICY_PULL : POLICY_END;
}
