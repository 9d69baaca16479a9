#include <stdio.h>

#include "base/buf.h"
#include "base/str.h"
#include "cli/args.h"
#include "cli/cli.h"
#include "commands.h"
#include "doctor.h"
#include "registry.h"
#include "session.h"

static void say_site(const struct doctor *d, const char *url)
{
	if (!d->quiet)
		printf("%s\n", url);
}

/* Each site of which a list is registered. */
static void check_registered(struct doctor *d)
{
	CLEANUP(registry_release_p) struct registry reg = REGISTRY_INIT;
	struct err err = { 0 };

	if (registry_load(d->s->places.lists, d->s->places.profile, &reg, &err) < 0) /* has been said */
		return;
	for (size_t i = 0; i < reg.n; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= str_eq(reg.v[k].site, reg.v[i].site);
		if (again)
			continue;
		say_site(d, reg.v[i].site);
		doctor_site(d, reg.v[i].site);
	}
}

static int show_json(const struct doctor *d)
{
	CLEANUP(buf_release_p) struct buf out = BUF_INIT(16 << 20);

	int r = doctor_json(d, &out);
	int code = r < 0 ? cli_fail_err(CLI_FAILED, r, NULL) : cli_print(&out);

	return code == CLI_OK ? d->code : code;
}

static int run(const struct cli_env *env, int argc, char **argv)
{
	bool json = false, write = false;
	const struct cli_option options[] = { { "json", 0, &json, NULL }, { "write", 0, &write, NULL }, { 0 } };
	CLEANUP(doctor_release_p) struct doctor d = { .s = env->arg };
	int code;

	if (!cli_args(&cmd_doctor, options, &argc, argv, &code))
		return code;
	if (argc > 2)
		return cli_usage(&cmd_doctor, "one address at a time");
	d.quiet = json;
	d.write = write;
	say_site(&d, "This computer");
	if (!doctor_local(&d)) {
		/* who we are elsewhere stands in the configuration */
	} else if (argc > 1) {
		say_site(&d, argv[1]);
		doctor_site(&d, argv[1]);
	} else {
		check_registered(&d);
	}
	if (json)
		return show_json(&d);
	puts(d.code ? "Something does not work: see FAILED above." : "All that was tried works.");
	return d.code;
}

const struct cli_command cmd_doctor = {
	.name = "doctor",
	.usage = "doctor [--write] [--json] [URL]",
	.summary = "see step by step what works, and what to do about what does not",
	.help = "  --write    also put a small document into a library, and remove it again\n"
		"  --json     for programs\n"
		"URL is the address of a site or a list; without it, every site of which a list is\n"
		"registered. Looked at are FUSE, the configuration and the data, then the server's name,\n"
		"connection, certificate, clock and offered logins, your login, lists, change tokens and\n"
		"documents. The exit status is that of the first that failed.\n"
		"\n"
		"  spfs doctor\n"
		"  spfs doctor https://sharepoint.example.org/sites/team\n"
		"  spfs doctor --write 'https://sharepoint.example.org/sites/team/Shared Documents'\n",
	.run = run,
};
