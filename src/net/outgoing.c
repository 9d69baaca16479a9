#include "outgoing.h"

#include <errno.h>

#include "net/http.h"

ssize_t outgoing_read(struct outgoing *o, void *p, size_t n)
{
	int64_t left = o->source->size - o->at;
	ssize_t got;

	if (left < (int64_t) n)
		n = (size_t) left;
	if (n == 0)
		return 0;
	got = o->source->read(o->source->arg, o->at, p, n);
	if (got > 0)
		o->at += got;
	return got ?: -EIO;
}

bool outgoing_seek(struct outgoing *o, int64_t at)
{
	if (at < 0 || at > o->source->size)
		return false;
	o->at = at;
	return true;
}

void outgoing_tell(struct outgoing *o, int64_t n)
{
	if (n != o->told)
		o->source->sent(o->source->arg, n);
	o->told = n;
}
