#ifndef DEMO_SAMPLE_H
#define DEMO_SAMPLE_H

#include <stdint.h>

#include "base/attr.h"

struct model;
struct person;
struct site;

/* The people that the samples speak of, into a new database. 0 or -errno. */
MUST_CHECK int sample_people(struct model *m);

/* The hidden lists that every site has, with everybody in that of people. 0 or -errno. */
MUST_CHECK int sample_site(struct model *m, struct site *s);

/* Somebody new into the site's list of people. 0 or -errno. */
MUST_CHECK int sample_person(struct model *m, struct site *s, const struct person *p);

/* A team's lists with what is in them. 0 or -errno. */
MUST_CHECK int sample_lists(struct model *m, struct site *s);

/* "Big list" with n items. 0 or -errno. */
MUST_CHECK int sample_big_list(struct model *m, struct site *s, int64_t n);

#endif
