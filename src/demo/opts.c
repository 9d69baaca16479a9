#include "opts.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "model.h"
#include "perm.h"

static int say_wrong(const char *option, const char *value, const char *why)
{
	fprintf(stderr, "spfs-demo: --%s %s: %s\n", option, value, why);
	return -EINVAL;
}

static int set_number(const char *option, const char *value, int64_t max, int64_t *ret)
{
	int64_t n;

	if (str_to_i64(value, &n) < 0 || n < 0 || n > max)
		return say_wrong(option, value, "not a number in range");
	*ret = n;
	return 0;
}

static int set_port(struct opts *o, const char *v)
{
	int64_t n = 0;
	int r = set_number("port", v, 65535, &n);

	o->port = (int) n;
	return r;
}

static int set_port_file(struct opts *o, const char *v)
{
	o->port_file = v;
	return 0;
}

static int set_bind(struct opts *o, const char *v)
{
	o->bind = v;
	return 0;
}

static int set_data(struct opts *o, const char *v)
{
	o->data = v;
	return 0;
}

static int set_script(struct opts *o, const char *v)
{
	o->script = v;
	return 0;
}

static int set_keep(struct opts *o, const char *v)
{
	o->keep = v;
	return 0;
}

static int set_items(struct opts *o, const char *v)
{
	return set_number("items", v, 10000000, &o->items);
}

static int set_latency(struct opts *o, const char *v)
{
	return set_number("latency", v, 3600000, &o->latency);
}

int opts_duration(const char *text, int64_t *ret)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "", 86400 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
	size_t digits = strspn(text, "0123456789");
	CLEANUP(str_free_p) char *number = strndup(text, digits);
	int64_t n;

	if (!number)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(text + digits, units[i].unit) == 0 && str_to_i64(number, &n) == 0 && n <= 36500) {
			*ret = n * units[i].seconds;
			return 0;
		}
	return -EINVAL;
}

static int set_retention(struct opts *o, const char *v)
{
	int r = opts_duration(v, &o->retention);

	return r == -EINVAL ? say_wrong("retention", v, "days, or a number with s, m, h or d; up to 36500") : r;
}

static int set_max_changes(struct opts *o, const char *v)
{
	return set_number("max-changes", v, INT64_MAX, &o->max_changes);
}

static int set_auth(struct opts *o, const char *v)
{
	return login_mode_parse(v, &o->auth) < 0 ? say_wrong("auth", v, "one of basic, forms, bearer") : 0;
}

static int set_login_seconds(struct opts *o, const char *v)
{
	return set_number("login-seconds", v, 1000000, &o->login_seconds);
}

static int set_version(struct opts *o, const char *v)
{
	static const struct {
		const char *name;
		int version;
	} products[] = {
		{ "11", PRODUCT_2003 }, { "2003", PRODUCT_2003 },
		{ "12", 12 },   { "2007", 12 },		{ "14", 14 }, { "2010", 14 },
		{ "15", 15 },   { "2013", 15 },		{ "16", 16 }, { "2016", 16 },
		{ "2019", PRODUCT_2019 }, { "SE", PRODUCT_SE },
	};

	for (size_t i = 0; i < sizeof(products) / sizeof(*products); i++) {
		if (!str_eq_nocase(v, products[i].name))
			continue;
		/* WSS 2.0 is 2007 that lacks operations: nobody has columns of that time to show. */
		o->wss2 = products[i].version == PRODUCT_2003;
		o->version = o->wss2 ? 12 : products[i].version;
		return 0;
	}
	return say_wrong("server-version", v, "one of 11 (2003), 12 (2007), 14 (2010), 15 (2013), 16 (2016), 2019, SE");
}

static int set_quiet(struct opts *o, const char *v)
{
	(void) v;
	o->quiet = true;
	return 0;
}

static int set_empty(struct opts *o, const char *v)
{
	(void) v;
	o->empty = true;
	return 0;
}

/* "/sites/team" or "/"; no slash at the end, nothing that an address could not hold plainly. */
static int add_site(struct opts *o, const char *v)
{
	int r = vec_grow(&o->sites, &o->cap_sites, o->n_sites + 1, sizeof(*o->sites));

	if (r < 0)
		return r;
	if (*v != '/' || (v[1] && str_ends(v, "/")) || strpbrk(v, "?#%\\\"<>|") || strstr(v, "//") ||
	    str_starts(v, "/_"))
		return say_wrong("site", v, "a path like /sites/team, or / for the root");
	o->sites[o->n_sites++] = strcmp(v, "/") == 0 ? "" : v;
	return 0;
}

/* The role is what follows the last ':' if that is one's name: a password may have colons. */
static int add_user(struct opts *o, const char *v)
{
	struct opts_user u = { 0 };
	const char *password = strchr(v, ':');
	const char *role = password ? strrchr(password + 1, ':') : NULL;
	int r = vec_grow(&o->users, &o->cap_users, o->n_users + 1, sizeof(*o->users));

	if (r < 0)
		return r;
	if (!password || password == v)
		return say_wrong("user", "...", "NAME:PASSWORD or NAME:PASSWORD:role");
	if (role && strcmp(role, ":reader") != 0 && strcmp(role, ":contributor") != 0 && strcmp(role, ":owner") != 0)
		role = NULL;
	u.name = strndup(v, (size_t) (password - v));
	u.password = role ? strndup(password + 1, (size_t) (role - password - 1)) : strdup(password + 1);
	u.role = strdup(role ? role + 1 : "owner");
	o->users[o->n_users++] = u;
	return u.name && u.password && u.role ? 0 : -ENOMEM;
}

static const struct {
	const char *name;
	const char *value; /* what --help calls it; NULL: none */
	int (*set)(struct opts *o, const char *value);
	const char *help;
} options[] = {
	{ "port", "N", set_port, "port to listen on; 0 (the default): any free one" },
	{ "port-file", "FILE", set_port_file, "write the port there when the server listens" },
	{ "bind", "ADDR", set_bind, "address to listen on (default 127.0.0.1)" },
	{ "data", "DIR", set_data, "keep the state there; default: in memory" },
	{ "site", "PATH", add_site, "a site; may be repeated (default /sites/team)" },
	{ "user", "NAME:PASSWORD[:ROLE]", add_user,
	  "who may log in (reader, contributor, owner); none: no login" },
	{ "auth", "METHOD", set_auth, "how they log in: basic (the default), forms, bearer" },
	{ "login-seconds", "N", set_login_seconds, "how long cookies and tokens are good (default 1800)" },
	{ "items", "N", set_items, "add a list \"Big list\" with N items" },
	{ "empty", NULL, set_empty, "sites without sample lists" },
	{ "latency", "MS", set_latency, "delay of each answer" },
	{ "retention", "TIME", set_retention, "how long changes are remembered (days, or 30s, 5m, 2h; 0: for ever)" },
	{ "max-changes", "N", set_max_changes, "how many are remembered (default: any number)" },
	{ "server-version", "PRODUCT", set_version, "11 (2003), 12 (2007), 14 (2010), 15 (2013), 16 (default), 2019 or SE" },
	{ "script", "FILE", set_script, "orders of faults, one a line; see below" },
	{ "keep", "DIR", set_keep, "keep the body of each SOAP request there" },
	{ "quiet", NULL, set_quiet, "say nothing on standard output" },
	{ "help", NULL, NULL, "show this" },
	{ "version", NULL, NULL, "show the version" },
};

#define N_OPTIONS (sizeof(options) / sizeof(*options))

static void show_help(void)
{
	puts("usage: spfs-demo [option ...]\n"
	     "A small SharePoint server for trying spfs out and for testing clients.\n");
	for (size_t i = 0; i < N_OPTIONS; i++)
		printf("  --%-15s%-22s%s\n", options[i].name, options[i].value ? options[i].value : "",
		       options[i].help);
	puts("\nAt run time, from this machine only:\n"
	     "  GET  /_demo/log           every request so far, as JSON Lines\n"
	     "  GET  /_demo/counts        how many of which kind\n"
	     "  POST /_demo/reset-counts  forget them\n"
	     "  GET  /_demo/script        the orders in force\n"
	     "  POST /_demo/script        add orders (the body has one a line)\n"
	     "  DELETE /_demo/script      drop all orders\n"
	     "  POST /_demo/do            change the site, one command a line\n"
	     "  POST /_demo/token         user=NAME&password=WORD: a token, for --auth bearer\n"
	     "  POST /_demo/expire-logins all cookies and tokens end\n"
	     "  POST /_demo/stop          end the server\n"
	     "\nOrders and commands are in spfs-demo(1).");
}

static int take_option(struct opts *o, int n, const char *value)
{
	if (strcmp(options[n].name, "help") == 0) {
		show_help();
		return 1;
	}
	if (strcmp(options[n].name, "version") == 0) {
		puts("spfs-demo " SPFS_VERSION);
		return 1;
	}
	return options[n].set(o, value);
}

int opts_parse(struct opts *o, int argc, char **argv)
{
	struct option table[N_OPTIONS + 1] = { 0 };
	int n = -1, c, r = 0;

	*o = (struct opts) { .bind = "127.0.0.1", .version = 16, .retention = -1, .login_seconds = 1800 };
	for (size_t i = 0; i < N_OPTIONS; i++)
		table[i] = (struct option) { options[i].name, options[i].value ? required_argument : no_argument,
					     NULL, 'x' };
	while (r == 0 && (c = getopt_long(argc, argv, "", table, &n)) != -1)
		r = c == 'x' ? take_option(o, n, optarg) : -EINVAL;
	if (r == 0 && optind < argc)
		r = say_wrong("help", argv[optind], "what is this? Options begin with --");
	if (o->retention < 0) /* what the products keep when nobody sets it */
		o->retention = (o->version == 12 ? 15 : 60) * INT64_C(86400);
	if (r == 0 && !o->n_sites)
		r = add_site(o, "/sites/team");
	return r;
}

void opts_release(struct opts *o)
{
	for (size_t i = 0; i < o->n_users; i++) {
		free(o->users[i].name);
		free(o->users[i].password);
		free(o->users[i].role);
	}
	free(o->users);
	free(o->sites);
}
