#ifndef SYNC_HISTORY_H
#define SYNC_HISTORY_H

#include "base/attr.h"

struct buf;
struct values;

/*
 * vti_versionhistory, an entry of an item's property bag: who has edited it, as "agent:number,agent:number". Outlook
 * asks it which of two versions is the ancestor of the other (MS-OUTSPS 3.2.4.2.1). An agent is 32 hexadecimal digits.
 */
#define HISTORY_FIELD "MetaInfo_vti_versionhistory"

/*
 * Adds the history after one more edit by `agent`: its own old pair goes, the new one has the highest number, and
 * higher by `skip` (0: the next). Pairs that cannot be read go too, and the oldest of too many. now may be NULL.
 * 0 or -errno of out.
 */
MUST_CHECK int history_next(const char *now, const char *agent, int skip, struct buf *out);

/* The same from one set of values to another. 0 or -ENOMEM. */
MUST_CHECK int history_add(const struct values *now, const char *agent, int skip, struct values *fields);

/*
 * Whether the edit that history_next() made of `before` stands in `after`, the history of a later version. Its pair
 * names it: nobody else has our agent, and each try has a number of its own, so that a request that arrives late is
 * not taken for the one that followed it with more in it.
 */
enum history_word {
	HISTORY_SILENT,      /* there is none, or it has an earlier try of ours: that is not to be known from it */
	HISTORY_ARRIVED,
	HISTORY_NOT_ARRIVED,
};

enum history_word history_ask(const struct values *before, const char *agent, int skip, const struct values *after);

#endif
