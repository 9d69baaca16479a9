#include "base/clock.h"
#include "base/str.h"
#include "engine.h"

/* What was asked for with one request, or at the start, told when its last list is done. */

void run_add(struct sync *s, struct entry *e)
{
	if (!s->run.on)
		s->run = (struct run) { .on = true, .number = s->run.number + 1, .begun = clock_mono_ms() };
	if (e->in_run)
		return;
	e->in_run = true;
	s->run.lists++;
	s->run.received -= e->received;
	s->run.sent -= e->sent;
	s->run.conflicts -= e->conflicts;
}

void run_done(struct sync *s, struct entry *e, bool failed)
{
	struct run *run = &s->run;
	char text[256];
	const struct sync_event end = { .kind = SYNC_RUN_END, .run = run->number, .text = text };

	if (!e->in_run)
		return;
	e->in_run = false;
	run->done++;
	run->failed += failed;
	run->received += e->received;
	run->sent += e->sent;
	run->conflicts += e->conflicts;
	if (run->done < run->lists)
		return;
	run->on = false;
	snprintf(text, sizeof(text), "%lld list%s, %lld received, %lld sent, %lld conflict%s, %lld failed, %.1f s",
		 (long long) run->lists, run->lists == 1 ? "" : "s", (long long) run->received,
		 (long long) run->sent, (long long) run->conflicts, run->conflicts == 1 ? "" : "s",
		 (long long) run->failed, (double) (clock_mono_ms() - run->begun) / 1000);
	engine_later(s, &end);
}
