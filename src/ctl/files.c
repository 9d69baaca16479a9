#include "ctl/host.h"

#include <string.h>

enum { READ = 0400, WRITE = 0600 };

const struct ctl_file ctl_mount_files[] = {
	{ "README", READ, CTL_TEXT },
	{ "sync", WRITE, CTL_TEXT },
	{ "progress", READ, CTL_STREAM_PROGRESS },
	{ "status", READ, CTL_TEXT },
	{ "status.json", READ, CTL_TEXT },
	{ "events", READ, CTL_STREAM_EVENTS },
	{ "online", WRITE, CTL_TEXT },
	{ "pinned", WRITE, CTL_TEXT },
	{ "checkout", WRITE, CTL_TEXT },
	{ "conflicts.txt", READ, CTL_TEXT },
	{ "conflicts.json", READ, CTL_TEXT },
	{ "log", READ, CTL_TEXT },
	{ "version", READ, CTL_TEXT },
	{ "pid", READ, CTL_TEXT },
	{ NULL, 0, CTL_TEXT },
};

const struct ctl_file ctl_list_files[] = {
	{ "sync", WRITE, CTL_TEXT },
	{ "status", READ, CTL_TEXT },
	{ "schema", READ, CTL_TEXT },
	{ "template.txt", READ, CTL_TEXT },
	{ NULL, 0, CTL_TEXT },
};

const char *const ctl_mount_dirs[] = { "outbox", "conflicts", NULL };

const struct ctl_file *ctl_file_find(const struct ctl_file files[], const char *name)
{
	for (; files->name; files++)
		if (strcmp(files->name, name) == 0)
			return files;
	return NULL;
}
