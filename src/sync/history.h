#ifndef SYNC_HISTORY_H
#define SYNC_HISTORY_H

#include "base/attr.h"

struct buf;

/*
 * vti_versionhistory, an entry of an item's property bag: who has edited it, as "agent:number,agent:number". Outlook
 * asks it which of two versions is the ancestor of the other (MS-OUTSPS 3.2.4.2.1). An agent is 32 hexadecimal digits.
 */
#define HISTORY_FIELD "MetaInfo_vti_versionhistory"

/*
 * Adds the history after one more edit by `agent`: its own old pair goes, the new one has the
 * highest number. Pairs that cannot be read go too, and the oldest of too many. now may be NULL.
 * 0 or -errno of out.
 */
MUST_CHECK int history_next(const char *now, const char *agent, struct buf *out);

#endif
