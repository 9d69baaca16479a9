#include "davlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/guid.h"
#include "base/str.h"

struct davlock *davlock_find(struct davlocks *locks, int64_t list, int64_t item, int64_t now)
{
	for (size_t i = 0; i < locks->n;) {
		struct davlock *l = &locks->l[i];

		if (l->until <= now)
			davlock_drop(locks, l);
		else if (l->list == list && l->item == item)
			return l;
		else
			i++;
	}
	return NULL;
}

int davlock_take(struct davlocks *locks, const struct davlock *fresh, struct davlock **ret)
{
	char guid[GUID_SIZE];
	struct davlock *l;
	int r = vec_grow(&locks->l, &locks->cap, locks->n + 1, sizeof(*locks->l));

	if (r >= 0)
		r = guid_new(guid);
	if (r < 0)
		return r;
	l = &locks->l[locks->n];
	*l = *fresh;
	l->owner = strdup(fresh->owner ? fresh->owner : "");
	if (!l->owner)
		return -ENOMEM;
	snprintf(l->token, sizeof(l->token), "opaquelocktoken:%s%lld", guid, (long long) fresh->until);
	locks->n++;
	*ret = l;
	return 0;
}

void davlock_drop(struct davlocks *locks, struct davlock *l)
{
	size_t at = (size_t) (l - locks->l);

	free(l->owner);
	memmove(l, l + 1, (locks->n - at - 1) * sizeof(*l));
	locks->n--;
}

void davlock_release(struct davlocks *locks)
{
	while (locks->n)
		davlock_drop(locks, &locks->l[0]);
	free(locks->l);
	*locks = (struct davlocks) { 0 };
}
