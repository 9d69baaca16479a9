#ifndef BASE_GUID_H
#define BASE_GUID_H

#include <stdbool.h>

#include "base/attr.h"

/* GUIDs as SharePoint writes them: "{8D2F0A31-....}", upper case in braces. */
#define GUID_SIZE 39

/* A fresh random one (version 4). 0 or -errno of getrandom(2). */
MUST_CHECK int guid_new(char out[GUID_SIZE]);

/* Reads one in any case, with or without braces, and writes the form above.
 * False: s is not a GUID, out is untouched. */
bool guid_normalise(const char *s, char out[GUID_SIZE]);

#endif
