#ifndef VIEW_ZONES_H
#define VIEW_ZONES_H

#include "base/attr.h"

/*
 * The time zones of the system by name and by rule, for calendars: SharePoint
 * keeps a rule where iCalendar has a name. Read once, about 5 ms; immutable then,
 * so that threads may share it.
 */
struct view_zones;

#define VIEW_ZONES_DIR "/usr/share/zoneinfo"

/*
 * dir: where TZif files and zone1970.tab are; when they are not, zones are named by their rules and only those that a
 * file describes itself are known. own: the user's zone, a name in dir or a POSIX rule; NULL: what TZ, /etc/localtime and
 * /etc/timezone say, UTC at last. 0, -ENOMEM.
 */
MUST_CHECK int view_zones_new(const char *dir, const char *own, struct view_zones **ret);
struct view_zones *view_zones_free(struct view_zones *z);
DEFINE_CLEANUP(struct view_zones *, view_zones_free);

#endif
