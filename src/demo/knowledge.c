#include "knowledge.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base64.h"
#include "model.h"
#include "xml.h"

#define SYNC_NS "http://schemas.microsoft.com/2008/03/sync/"
#define REPLICA 16 /* bytes of an id */

static void guid_bytes(const char *guid, unsigned char out[REPLICA])
{
	size_t n = 0;

	for (const char *s = guid; *s && n < 2 * REPLICA; s++) {
		int digit = isdigit((unsigned char) *s) ? *s - '0' : isxdigit((unsigned char) *s) ? (*s & 7) + 9 : -1;

		if (digit < 0)
			continue;
		out[n / 2] = (unsigned char) (n % 2 ? out[n / 2] << 4 | digit : digit);
		n++;
	}
}

static void write_base64(const unsigned char in[REPLICA], struct buf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; i < REPLICA; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			buf_addc(out, digits[bits >> (have - 6) & 63]);
	}
	buf_addc(out, digits[bits << (6 - have) & 63]);
	buf_adds(out, "==");
}

void knowledge_write(const struct token *t, struct buf *out)
{
	unsigned char id[REPLICA] = { 0 };

	guid_bytes(t->list, id);
	buf_adds(out, "<sync:syncKnowledge xmlns:sync=\"" SYNC_NS "\"><sync:idFormatGroup>"
		      "<sync:replicaIdFormat sync:isVariable=\"false\" sync:maxLength=\"16\"/>"
		      "<sync:itemIdFormat sync:isVariable=\"false\" sync:maxLength=\"16\"/>"
		      "<sync:changeUnitIdFormat sync:isVariable=\"false\" sync:maxLength=\"1\"/></sync:idFormatGroup>"
		      "<sync:replicaKeyMap><sync:replicaKeyMapEntry sync:replicaId=\"");
	write_base64(id, out);
	buf_addf(out,
		 "\" sync:replicaKey=\"0\"/></sync:replicaKeyMap><sync:clockVector>"
		 "<sync:clockVectorElement sync:replicaKey=\"0\" sync:tickCount=\"%lld\"/></sync:clockVector>"
		 "</sync:syncKnowledge>",
		 (long long) t->seq);
}

static const struct xml *part(const struct xml *x, const char *name)
{
	const struct xml *child = xml_child(x, name);

	return child && strcmp(child->ns, SYNC_NS) == 0 ? child : NULL;
}

/* The key that stands for the list's replica; NULL: the map has none. 0; -EINVAL: an id is no base64; -ENOMEM. */
static int find_key(const struct xml *map, const struct list *l, const char **ret)
{
	unsigned char own[REPLICA] = { 0 };
	int r = map->first ? 0 : -EINVAL;

	guid_bytes(l->guid, own);
	*ret = NULL;
	for (const struct xml *e = map->first; r >= 0 && e; e = e->next) {
		const char *id = xml_attr(e, "replicaId");
		const char *key = xml_attr(e, "replicaKey");
		struct buf bytes = BUF_INIT(4096);

		r = id && key ? base64_decode(id, &bytes) : -EINVAL;
		if (r == -EFBIG)
			r = -EINVAL;
		if (r >= 0 && bytes.len == REPLICA && memcmp(bytes.p, own, REPLICA) == 0)
			*ret = key;
		buf_release(&bytes);
	}
	return r;
}

/* The tick of that key in the vector; 0 when it has none. 0, -EINVAL. */
static int find_tick(const struct xml *vector, const char *key, int64_t *ret)
{
	for (const struct xml *e = vector->first; e; e = e->next) {
		const char *own = xml_attr(e, "replicaKey");
		const char *tick = xml_attr(e, "tickCount");
		int64_t n;

		if (!own || !tick || str_to_i64(tick, &n) < 0 || n < 0)
			return -EINVAL;
		if (key && strcmp(own, key) == 0)
			*ret = n;
	}
	return 0;
}

int knowledge_read(const struct xml *x, const struct list *l, struct token *ret)
{
	const struct xml *map, *vector;
	struct token t = { .ticks = INT64_MAX };
	const char *key;
	int r;

	if (!x || strcmp(x->name, "syncKnowledge") != 0 || strcmp(x->ns, SYNC_NS) != 0)
		return -EINVAL;
	map = part(x, "replicaKeyMap");
	vector = part(x, "clockVector");
	if (!part(x, "idFormatGroup") || !map || !vector)
		return -EINVAL;
	r = find_key(map, l, &key);
	if (r >= 0)
		r = find_tick(vector, key, &t.seq);
	if (r < 0)
		return r;
	memcpy(t.list, l->guid, sizeof(t.list));
	*ret = t;
	return 0;
}
