#ifndef CTL_HUB_H
#define CTL_HUB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * Streams of lines: `events` (JSON Lines, endless, a "#" line every 10 s while somebody
 * reads) and `progress` (plain lines, ends with the run). Whoever reads one has
 * a subscription with a bounded buffer; a reader that is too slow loses the
 * oldest whole lines and finds `{"type":"lost"}` in their place. Thread-safe; RANK_CTL.
 */
struct ctl_hub;
struct ctl_sub;

enum ctl_stream { CTL_EVENTS, CTL_PROGRESS };

/* Starts no thread before the first subscription to events. NULL: out of memory. */
struct ctl_hub *ctl_hub_new(void);

/* No subscription may be left. NULL allowed; returns NULL. */
struct ctl_hub *ctl_hub_free(struct ctl_hub *h);

/* Sends a line (without newline) to all subscribers of the stream. One above 16 KiB counts as lost. */
void ctl_hub_publish(struct ctl_hub *h, enum ctl_stream stream, const char *line);

/* All present subscribers of PROGRESS reach their end; new ones too while not `running`. */
void ctl_hub_progress_running(struct ctl_hub *h, bool running);

/*
 * Subscribes from now on. wake (with arg; NULL: none) is called, with no lock held, whenever something
 * may be read; never by two threads at once. It may read, but not free. NULL: out of memory.
 */
struct ctl_sub *ctl_sub_new(struct ctl_hub *h, enum ctl_stream stream, void (*wake)(void *arg), void *arg);

/* After it returns wake is not running and will not be called: hold no lock that wake takes.
 * NULL allowed; returns NULL. */
struct ctl_sub *ctl_sub_free(struct ctl_sub *sub);

/* Moves up to n bytes out. > 0: how many; 0: nothing yet; -ENODATA: the stream's end. */
MUST_CHECK int ctl_sub_read(struct ctl_sub *sub, void *p, size_t n);

#endif
