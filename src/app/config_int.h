#ifndef APP_CONFIG_INT_H
#define APP_CONFIG_INT_H

#include "config.h"

/* Between the files of the configuration: a key's value, in the struct that its places belong to (struct settings,
 * struct site_config or struct group_config). */

enum { IN_SETTINGS = IN_PROFILE | IN_OPTION };

/* Reads a value as the key's type wants it and keeps it in base. 0; -EINVAL with err; -ENOMEM. */
MUST_CHECK int config_value_set(const struct config_key *k, void *base, const char *value, struct err *err);

/* Frees, and wipes, what base owns for the keys of these places. */
void config_value_release(void *base, unsigned places);

#endif
