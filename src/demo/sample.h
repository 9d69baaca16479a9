#ifndef DEMO_SAMPLE_H
#define DEMO_SAMPLE_H

#include <stdint.h>

#include "base/attr.h"

struct model;
struct site;

/* The people that the samples speak of, into a new database. 0 or -errno. */
MUST_CHECK int sample_people(struct model *m);

/* The hidden list of people that every site has. 0 or -errno. */
MUST_CHECK int sample_site(struct model *m, struct site *s);

/* A team's lists with what is in them. 0 or -errno. */
MUST_CHECK int sample_lists(struct model *m, struct site *s);

/* "Big list" with n items. 0 or -errno. */
MUST_CHECK int sample_big_list(struct model *m, struct site *s, int64_t n);

#endif
