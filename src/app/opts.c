#include "opts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "config.h"

/* What becomes of a word of -o that is not a setting of ours. */
enum fate { DISCARD, KERNEL };

/*
 * mount(8) and fstab write words for themselves into the options, and a helper
 * link gets all of them. `sync` is the kernel's flag for a disk: every close of
 * ours is durable without it.
 */
static const struct {
	const char *word; /* with '*' at the end: a prefix */
	enum fate fate;
} foreign[] = {
	{ "auto", DISCARD },    { "noauto", DISCARD },   { "user", DISCARD },        { "user=*", DISCARD },
	{ "nouser", DISCARD },  { "users", DISCARD },    { "owner", DISCARD },       { "group", DISCARD },
	{ "nofail", DISCARD },  { "_netdev", DISCARD },  { "defaults", DISCARD },    { "comment=*", DISCARD },
	{ "x-*", DISCARD },     { "X-*", DISCARD },      { "rw", DISCARD },          { "sync", DISCARD },
	{ "async", DISCARD },   { "atime", DISCARD },    { "relatime", DISCARD },    { "strictatime", DISCARD },
	{ "suid", KERNEL },     { "nosuid", KERNEL },    { "dev", KERNEL },          { "nodev", KERNEL },
	{ "exec", KERNEL },     { "noexec", KERNEL },    { "noatime", KERNEL },      { "nodiratime", KERNEL },
	{ "dirsync", KERNEL },
};

struct walk {
	struct opts o;
	int at, argc;
	char *const *argv;
	bool ended;     /* by "--" */
	char *words[2]; /* foreign */
	int n_words;
	struct err *err;
};

void opts_release(struct opts *o)
{
	for (size_t i = 0; i < o->n_settings; i++)
		free(o->settings[i]);
	free(o->settings);
	free(o->profile);
	free(o->fsname);
	free(o->mountpoint);
	free(o->config);
	free(o->kernel);
	*o = (struct opts) OPTS_INIT;
}

static int add_setting(struct opts *o, const char *text)
{
	int r = vec_grow(&o->settings, &o->cap_settings, o->n_settings + 1, sizeof(*o->settings));

	if (r < 0)
		return r;
	o->settings[o->n_settings] = strdup(text);
	return o->settings[o->n_settings++] ? 0 : -ENOMEM;
}

static int add_kernel(struct opts *o, const char *word)
{
	char *both = o->kernel ? str_printf("%s,%s", o->kernel, word) : strdup(word);

	if (!both)
		return -ENOMEM;
	free(o->kernel);
	o->kernel = both;
	return 0;
}

static bool matches(const char *pattern, const char *word)
{
	size_t n = strlen(pattern);

	return pattern[n - 1] == '*' ? strncmp(pattern, word, n - 1) == 0 : strcmp(pattern, word) == 0;
}

/* One word of -o. The settings are checked later: their table is config's. */
static int take_option(struct opts *o, const char *word)
{
	if (str_starts(word, "profile="))
		return str_set(&o->profile, word + strlen("profile="));
	if (str_starts(word, "config="))
		return str_set(&o->config, word + strlen("config="));
	if (str_starts(word, "fsname="))
		return str_set(&o->fsname, word + strlen("fsname="));
	if (str_eq(word, "nonempty") || str_eq(word, "debug")) {
		*(*word == 'n' ? &o->nonempty : &o->debug) = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
		if (matches(foreign[i].word, word))
			return foreign[i].fate == KERNEL ? add_kernel(o, word) : 0;
	return add_setting(o, word);
}

/* "a,b=c\,d": a backslash takes the next character as it is, as in libfuse. */
static int take_options(struct walk *w, const char *list)
{
	CLEANUP(str_free_p) char *word = calloc(1, strlen(list) + 1);
	size_t n = 0;
	int r = 0;

	if (!word)
		return -ENOMEM;
	for (const char *s = list; r == 0; s++) {
		if (*s == '\\' && s[1]) {
			word[n++] = *++s;
		} else if (*s && *s != ',') {
			word[n++] = *s;
		} else {
			word[n] = '\0';
			r = n ? take_option(&w->o, word) : 0;
			n = 0;
			if (!*s)
				break;
		}
	}
	return r;
}

/* The value of a letter: what follows it, or the next word. NULL with err: there is none. */
static const char *take_value(struct walk *w, const char *s)
{
	if (s[1])
		return s + 1;
	if (w->at + 1 < w->argc)
		return w->argv[++w->at];
	err_set(w->err, -EINVAL, "option -%c needs a value", *s);
	return NULL;
}

/* 1: the rest of the word was the letter's value. */
static int take_letter(struct walk *w, const char *s)
{
	const char *value;

	switch (*s) {
	case 'f':
		*(w->o.helper ? &w->o.fake : &w->o.foreground) = true;
		return 0;
	case 'd':
		w->o.debug = true;
		return 0;
	case 'v':
		w->o.verbose++;
		return 0;
	case 'h':
		w->o.help = true;
		return 0;
	case 'V':
		w->o.version = true;
		return 0;
	case 's': /* one thread, or sloppy: both change nothing here */
	case 'n': /* no mtab */
		return 0;
	case 'o':
	case 't': /* mount(8): the type, a namespace */
	case 'N':
		value = take_value(w, s);
		if (!value)
			return -EINVAL;
		return *s == 'o' ? take_options(w, value) ?: 1 : 1;
	default:
		return err_set(w->err, -EINVAL, "unknown option -%c", *s);
	}
}

static int take_long(struct walk *w, const char *name)
{
	static const struct {
		const char *name;
		char letter[2];
	} same[] = { { "foreground", "f" }, { "debug", "d" }, { "verbose", "v" }, { "help", "h" }, { "version", "V" } };
	int r;

	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
		if (str_eq(name, same[i].name))
			return take_letter(w, same[i].letter);
	if (str_starts(name, "profile="))
		return take_option(&w->o, name);
	r = err_set(w->err, -EINVAL, "unknown option --%s", name);
	return r;
}

static int take_word(struct walk *w)
{
	char *s = w->argv[w->at];
	int r = 0;

	if (w->ended || s[0] != '-' || !s[1]) {
		if (w->n_words == 2)
			return err_set(w->err, -EINVAL, "one word too many: %s", s);
		w->words[w->n_words++] = s;
		return 0;
	}
	if (strcmp(s, "--") == 0) {
		w->ended = true;
		return 0;
	}
	if (s[1] == '-')
		return take_long(w, s + 2);
	for (s++; *s && r == 0; s++)
		r = take_letter(w, s);
	return r < 0 ? r : 0;
}

bool opts_is_helper(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	return str_starts(slash ? slash + 1 : argv0, "mount.");
}

/* "work DIR", "none DIR" or "DIR": the source names the profile unless an option does. */
static int take_names(struct walk *w)
{
	struct opts *o = &w->o;
	const char *source = w->n_words == 2 && strcmp(w->words[0], "none") != 0 ? w->words[0] : NULL;
	int r = 0;

	if (w->n_words == 0 && !o->help && !o->version)
		return err_set(w->err, -EINVAL, "no mount point given");
	if (w->n_words > 0)
		r = str_set(&o->mountpoint, w->words[w->n_words - 1]);
	if (r == 0 && !o->profile)
		r = str_set(&o->profile, source ? source : "default");
	if (r == 0 && !o->fsname)
		r = str_set(&o->fsname, w->n_words == 2 ? w->words[0] : o->profile);
	return r;
}

int opts_parse(int argc, char *const argv[], struct opts *ret, struct err *err)
{
	struct walk w = { .o = OPTS_INIT, .at = 1, .argc = argc, .argv = argv, .err = err };
	int r = 0;

	w.o.helper = opts_is_helper(argv[0]);
	for (; r == 0 && w.at < argc; w.at++)
		r = take_word(&w);
	if (r == 0)
		r = take_names(&w);
	if (r < 0) {
		opts_release(&w.o);
		return r;
	}
	w.o.foreground |= w.o.debug;
	*ret = w.o;
	return 0;
}

int opts_apply(const struct opts *o, struct config *c, struct err *err)
{
	for (size_t i = 0; i < o->n_settings; i++) {
		int r = config_option(c, o->settings[i], err);

		if (r < 0)
			return r;
	}
	c->settings.loglevel += o->verbose;
	if (o->debug || c->settings.loglevel > LOG_LEVEL_DEBUG)
		c->settings.loglevel = LOG_LEVEL_DEBUG;
	return 0;
}
