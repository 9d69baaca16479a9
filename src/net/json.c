#include "net/json.h"

#include <errno.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/str.h"
#include "net/cred.h"

/* A struct net_json is a json_t, which nobody else needs to see. */
static json_t *json_of(const struct net_json *j)
{
	return (json_t *) j;
}

static struct net_json *ours(json_t *j)
{
	return (struct net_json *) j;
}

/* Tokens go through its memory. Before main(), so that no other thread is in the library meanwhile. */
static void __attribute__((constructor)) set_memory(void)
{
	json_set_alloc_funcs(net_cred_malloc, net_cred_free);
}

struct net_json *net_json_parse(const void *p, size_t n)
{
	return FAULT("net.json") ? NULL : ours(json_loadb(p, n, JSON_REJECT_DUPLICATES, NULL));
}

struct net_json *net_json_object(void)
{
	return FAULT("net.json") ? NULL : ours(json_object());
}

struct net_json *net_json_array(void)
{
	return FAULT("net.json") ? NULL : ours(json_array());
}

struct net_json *net_json_free(struct net_json *j)
{
	json_decref(json_of(j));
	return NULL;
}

const char *net_json_str(const struct net_json *o, const char *key)
{
	return json_string_value(json_object_get(json_of(o), key));
}

int64_t net_json_int(const struct net_json *o, const char *key, int64_t otherwise)
{
	const json_t *v = json_object_get(json_of(o), key);
	int64_t n;

	if (json_is_integer(v))
		return json_integer_value(v);
	return json_is_string(v) && str_to_i64(json_string_value(v), &n) == 0 ? n : otherwise;
}

bool net_json_has(const struct net_json *o, const char *key, const char *text)
{
	const json_t *a = json_object_get(json_of(o), key);

	for (size_t i = 0; i < json_array_size(a); i++)
		if (str_eq(json_string_value(json_array_get(a, i)), text))
			return true;
	return false;
}

size_t net_json_count(const struct net_json *a)
{
	return json_array_size(json_of(a));
}

struct net_json *net_json_at(const struct net_json *a, size_t i)
{
	return ours(json_array_get(json_of(a), i));
}

/* Takes v. */
static int set(struct net_json *o, const char *key, json_t *v)
{
	if (!v || !json_is_object(json_of(o))) {
		json_decref(v);
		return v ? -EINVAL : -ENOMEM;
	}
	return json_object_set_new(json_of(o), key, v) < 0 ? -ENOMEM : 0;
}

int net_json_set_str(struct net_json *o, const char *key, const char *s)
{
	if (!s) {
		json_object_del(json_of(o), key);
		return 0;
	}
	return str_utf8_valid(s, strlen(s)) ? set(o, key, json_string(s)) : -EINVAL;
}

int net_json_set_int(struct net_json *o, const char *key, int64_t v)
{
	return set(o, key, json_integer(v));
}

int net_json_append(struct net_json *a, struct net_json *o)
{
	return json_array_append_new(json_of(a), json_of(o)) < 0 ? -ENOMEM : 0;
}

int net_json_remove(struct net_json *a, size_t i)
{
	return json_array_remove(json_of(a), i) < 0 ? -EINVAL : 0;
}

static int add(const char *p, size_t n, void *data)
{
	return buf_add(data, p, n);
}

int net_json_dump(const struct net_json *j, struct buf *out)
{
	int r = json_dump_callback(json_of(j), add, out, JSON_INDENT(2));

	r = buf_error(out) ?: r < 0 ? -ENOMEM : 0;
	return r ?: buf_addc(out, '\n');
}
