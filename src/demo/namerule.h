#ifndef DEMO_NAMERULE_H
#define DEMO_NAMERULE_H

#include <stdbool.h>

/* Names of folders and documents that a product version refuses. */
enum namerule { NAME_GOOD, NAME_BAD_CHARS, NAME_TOO_LONG };

/* leaf: one name; root: it stands in the library's root. */
enum namerule namerule_check(int version, const char *leaf, bool folder, bool root);

/* The whole path, without a slash in front. */
enum namerule namerule_check_path(int version, const char *path);

#endif
