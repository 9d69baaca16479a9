#ifndef STORE_BLOBDIR_H
#define STORE_BLOBDIR_H

#include <stdint.h>

#include "base/attr.h"

/* The files behind store/blob.h: names and nothing else. dir is .../blobs. */

/* Makes both directories and the tag. 0 or -errno. */
MUST_CHECK int blobdir_make(const char *top, const char *dir);

/* Removes files that are on their way and those for which has() says 0. */
MUST_CHECK int blobdir_sweep(const char *dir, int (*has)(void *arg, int64_t item, int64_t version), void *arg);

/* Opens contents of that length for reading; -1: they are not there. */
int blobdir_open(const char *dir, int64_t item, int64_t version, int64_t size);

/* A new file; *ret_path is a fresh string. */
MUST_CHECK int blobdir_temp(const char *dir, int *ret_fd, char **ret_path);

/* The same with the bytes of the file at `path`: linked, or copied where that cannot be. */
MUST_CHECK int blobdir_take(const char *dir, const char *path, char **ret_temp);

/* The file of one version becomes that of another, if it is there. */
void blobdir_move(const char *dir, int64_t item, int64_t from, int64_t to);

/* Gives a file its place. */
MUST_CHECK int blobdir_place(const char *dir, const char *temp, int64_t item, int64_t version);
void blobdir_remove(const char *dir, int64_t item, int64_t version);

#endif
