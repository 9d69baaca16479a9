#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/*
 * Functions that nobody here may call; forced into every file by the Makefile.
 * The headers that declare them come first, so that the macros cannot hit those.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(fn) banned_##fn##_use_something_safer

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#undef sprintf
#undef vsprintf
#undef atoi
#undef atol
#undef system
#undef asctime
#undef ctime
#undef gmtime
#undef localtime
#define strcpy(d, s) BANNED(strcpy)
#define strcat(d, s) BANNED(strcat)
#define strncpy(d, s, n) BANNED(strncpy)
#define strncat(d, s, n) BANNED(strncat)
#define strtok(s, d) BANNED(strtok)
#define sprintf(...) BANNED(sprintf)
#define vsprintf(...) BANNED(vsprintf)
#define atoi(s) BANNED(atoi)
#define atol(s) BANNED(atol)
#define system(c) BANNED(system)
#define asctime(t) BANNED(asctime)
#define ctime(t) BANNED(ctime)
#define gmtime(t) BANNED(gmtime)
#define localtime(t) BANNED(localtime)

#endif
