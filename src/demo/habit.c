#include "habit.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* The default list of 2013, and what is left of it in later versions. */
static const char blocked_2013[] =
	"ade adp app asa ashx asmx asp bas bat cdx cer chm class cmd cnt com config cpl crt csh der dll exe fxp gadget "
	"grp hlp hpj hta htr htw ida idc idq ins isp its jse json ksh lnk mad maf mag mam maq mar mas mat mau mav maw "
	"mcf mda mdb mde mdt mdw mdz msc msh msi msp mst ops pcd pif pl prf prg printer ps1 ps2 psc1 pst reg rem scf "
	"scr sct shb shs shtm shtml soap stm svc url vb vbe vbs vsix ws wsc wsf wsh xamlx";
static const char blocked_2016[] = "ashx asmx json soap svc xamlx";

#define FLAG(name, member) { name, FLAGGED, offsetof(struct habits, member), 0 }
#define NUMBER(name, member) { name, NUMBERED, offsetof(struct habits, member), 0 }
#define TEXT(name, member) { name, TEXTED, offsetof(struct habits, member), sizeof(((struct habits *) 0)->member) }

static const struct {
	const char *name;
	enum { FLAGGED, NUMBERED, TEXTED } kind;
	size_t offset, size;
} habits[] = {
	FLAG("delete-version", delete_version),
	FLAG("attachment-version", attachment_version),
	FLAG("attachment-urls", attachment_urls),
	FLAG("read-only", read_only),
	FLAG("folder-flag", folder_flag),
	FLAG("new-token", new_token),
	FLAG("invalid-list", invalid_list),
	FLAG("range", range),
	FLAG("put-etag", put_etag),
	FLAG("if-match", if_match),
	FLAG("if-none-match", if_none_match),
	FLAG("not-modified", not_modified),
	FLAG("delete-missing", delete_missing),
	FLAG("depth1-file", depth1_file),
	FLAG("chunked", chunked),
	FLAG("raw-href", raw_href),
	FLAG("recycle", recycle),
	FLAG("move-keeps-id", move_keeps_id),
	FLAG("move-version", move_version),
	FLAG("lock-new", lock_new),
	FLAG("lock-401", lock_401),
	NUMBER("promote", promote),
	NUMBER("no-checkout", no_checkout),
	NUMBER("max-file", max_file),
	NUMBER("quota", quota),
	TEXT("href-host", href_host),
	TEXT("blocked", blocked),
	TEXT("virus", virus),
};

void habits_init(struct habits *h, int version)
{
	*h = (struct habits) {
		.delete_version = true,
		.attachment_version = true,
		.attachment_urls = true,
		.new_token = true,
		.range = version > 12,
		.if_match = true,
		.if_none_match = true,
		.not_modified = true,
		.delete_missing = version >= 16,
		.recycle = true,
		.lock_new = true,
		.no_checkout = 423,
		.max_file = version < 15 ? INT64_C(50) << 20 : version < 16 ? INT64_C(250) << 20 : INT64_C(15) << 30,
	};
	snprintf(h->blocked, sizeof(h->blocked), "%s", version < 16 ? blocked_2013 : blocked_2016);
}

static int set_flag(bool *flag, const char *value)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return -EINVAL;
	*flag = strcmp(value, "on") == 0;
	return 0;
}

int habits_set(struct habits *h, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(habits) / sizeof(*habits); i++) {
		char *at = (char *) h + habits[i].offset;
		int64_t n;

		if (strcmp(habits[i].name, name) != 0)
			continue;
		if (habits[i].kind == FLAGGED)
			return set_flag((bool *) at, value);
		if (habits[i].kind == TEXTED)
			return snprintf(at, habits[i].size, "%s", value) < (int) habits[i].size ? 0 : -EINVAL;
		if (str_to_i64(value, &n) < 0 || n < 0)
			return -EINVAL;
		memcpy(at, &n, sizeof(n));
		return 0;
	}
	return -EINVAL;
}

bool habits_block(const struct habits *h, const char *extension)
{
	size_t n = strlen(extension);
	const char *s = h->blocked;

	while (n && *s) {
		size_t k = strcspn(s, " ");

		if (k == n && strncasecmp(s, extension, n) == 0)
			return true;
		s += k;
		s += strspn(s, " ");
	}
	return false;
}
