#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "dav.h"
#include "db.h"
#include "face.h"
#include "heap.h"
#include "model.h"
#include "paper.h"
#include "perm.h"
#include "server.h"

/* GET and HEAD of documents. */

/* "bytes=17-" or "bytes=17-99" or "bytes=-10", one range; anything else is passed over. 1: it is one, and lies
 * in the document; 0: none; -ERANGE: behind its end. */
static int read_range(const char *s, int64_t size, int64_t *ret_from, int64_t *ret_n)
{
	char *end;
	int64_t from, to = size - 1;

	if (!s || strncmp(s, "bytes=", 6) != 0 || strchr(s, ','))
		return 0;
	from = strtoll(s + 6, &end, 10);
	if (from < 0) { /* the last so many */
		from = -from < size ? size + from : 0;
	} else {
		if (end == s + 6 || *end != '-')
			return 0;
		if (end[1])
			to = strtoll(end + 1, &end, 10);
	}
	if (from >= size || to < from)
		return -ERANGE;
	*ret_from = from;
	*ret_n = (to < size ? to + 1 : size) - from;
	return 1;
}

/* If-Range: the range is wanted of that version only. */
static bool is_that_version(const struct visit *v, const struct item *i)
{
	const char *wanted = http_header(v->rq, "If-Range");
	CLEANUP(str_free_p) char *etag = str_printf("\"%s,%lld\"", i->uid, (long long) i->version);

	return !wanted || str_eq(wanted, etag);
}

static int cut_out(struct visit *v, const struct item *i)
{
	struct http_reply *rp = v->rp;
	int64_t size = rp->file < 0 ? (int64_t) rp->body.len : rp->file_size;
	int64_t from = 0, n = 0;
	int r = read_range(http_header(v->rq, "Range"), size, &from, &n);

	if (r == 0 || !is_that_version(v, i))
		return 0;
	if (r < 0) {
		http_set_header(rp, "Content-Range", "bytes */%lld", (long long) size);
		return dav_refuse(v, 416, 0, "Requested Range Not Satisfiable");
	}
	http_set_header(rp, "Content-Range", "bytes %lld-%lld/%lld", (long long) from, (long long) (from + n - 1),
			(long long) size);
	rp->status = 206;
	if (rp->file >= 0) {
		rp->file_at += from;
		rp->file_size = n;
		return 0;
	}
	memmove(rp->body.p, rp->body.p + from, (size_t) n);
	return buf_resize(&rp->body, (size_t) n);
}

static int load(struct visit *v, const struct item *i)
{
	int64_t at, size;
	int r = content_of(v, i, &at, &size);

	if (r < 0)
		return r;
	if (r == 0) /* nobody wrote it: each version has lines of its own, to the length that the list says */
		return paper_write(i->leaf, i->version, (size_t) i->size, &v->rp->body);
	v->rp->file = heap_fd(v->s->heap);
	v->rp->file_at = at;
	v->rp->file_size = size;
	return 0;
}

static int check_virus(struct visit *v, const struct item *i)
{
	const char *name = v->s->habits.virus;

	if (!*name || !strcasestr(i->leaf, name))
		return 0;
	http_set_header(v->rp, "X-Virus-Infected", "%s", "EICAR-Test-File");
	return dav_refuse(v, 409, V_VIRUS_DOWNLOAD, "The document is infected.");
}

/* The source of a document wants a right of its own ([MS-WDV] product note 19). */
static uint64_t right_for(const struct visit *v)
{
	return str_eq_nocase(http_header(v->rq, "Translate"), "f") ? PERM_VIEW | PERM_OPEN : PERM_VIEW;
}

int dav_get(struct visit *v, const char *path)
{
	CLEANUP(place_release_p) struct place p = PLACE_INIT;
	uint64_t right = right_for(v);
	int r = place_find(v, path, &p);

	if (r < 0)
		return r;
	if (!p.exists || p.folder)
		return -ENOENT;
	r = face_show(v->s->db, v->person, p.l, &p.i);
	if (r < 0)
		return r;
	if ((perm_of_item(v->person, p.l, &p.i) & right) != right)
		return dav_refuse(v, 403, 0, "Access denied.");
	r = dav_preconditions(v, &p);
	if (r >= 0)
		r = check_virus(v, &p.i);
	if (r >= 0)
		r = load(v, &p.i);
	if (r < 0)
		return r;
	http_set_type(v->rp, "application/octet-stream");
	dav_describe(v, &p.i);
	http_set_header(v->rp, "Accept-Ranges", v->s->habits.range ? "bytes" : "none");
	return v->s->habits.range ? cut_out(v, &p.i) : 0;
}
