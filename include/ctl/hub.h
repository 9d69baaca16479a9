#ifndef CTL_HUB_H
#define CTL_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/*
 * Streams of lines: `events` (JSON Lines, endless, a "#" line every 10 s while somebody
 * reads) and `progress` (plain lines, ends with the run). Whoever reads one has
 * a subscription with a bounded buffer; a reader that is too slow loses the
 * oldest whole lines and finds `{"type":"lost"}` in their place. Thread-safe; RANK_CTL.
 */
struct buf;
struct ctl_hub;
struct ctl_sub;

enum ctl_stream { CTL_EVENTS, CTL_PROGRESS };

/* Starts no thread before the first subscription to events. NULL: out of memory. */
struct ctl_hub *ctl_hub_new(void);

/* No subscription may be left. NULL allowed; returns NULL. */
struct ctl_hub *ctl_hub_free(struct ctl_hub *h);

/* Sends a line (without newline) to all subscribers of the stream. One above 16 KiB counts as lost. */
void ctl_hub_publish(struct ctl_hub *h, enum ctl_stream stream, const char *line);

/* The same on PROGRESS for a line that tells a result: the present or last run's are kept for who comes late. */
void ctl_hub_result(struct ctl_hub *h, const char *line);

/*
 * PROGRESS ends when no run is under way or asked for: its present subscribers reach their end, new ones at once.
 * Whoever asks for a run says so before (ask), and what came of it afterwards: the last run that has begun by then is
 * number n (asked; 0: none ever). Runs are numbered as they begin and end in that order; that n is over may be
 * told at any time after it began, even before `asked`, and ends nothing that was asked for later.
 */
void ctl_hub_run_ask(struct ctl_hub *h);
void ctl_hub_run_asked(struct ctl_hub *h, int64_t n);
void ctl_hub_run_over(struct ctl_hub *h, int64_t n);

/* Adds the results of the present or last run. 0 or as buf_add(). */
int ctl_hub_last_run(struct ctl_hub *h, struct buf *out);

/*
 * Subscribes from now on. wake (with arg; NULL: none) is called, with no lock held, whenever something
 * may be read; never by two threads at once. It may read, but not free. NULL: out of memory.
 */
struct ctl_sub *ctl_sub_new(struct ctl_hub *h, enum ctl_stream stream, void (*wake)(void *arg), void *arg);

/*
 * The same on PROGRESS for a reader who may come late: first he gets the results of the present run. When it is over and
 * nobody was there to hear its end, the first one who comes gets those of that run, and then the end.
 */
struct ctl_sub *ctl_sub_new_late(struct ctl_hub *h, void (*wake)(void *arg), void *arg);

/* After it returns wake is not running and will not be called: hold no lock that wake takes.
 * NULL allowed; returns NULL. */
struct ctl_sub *ctl_sub_free(struct ctl_sub *sub);

/* Moves up to n bytes out. > 0: how many; 0: nothing yet; -ENODATA: the stream's end. */
MUST_CHECK int ctl_sub_read(struct ctl_sub *sub, void *p, size_t n);

#endif
