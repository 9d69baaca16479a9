#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

#include "base/attr.h"

/*
 * Tells the person, by a command of theirs (`notify` in the configuration), that somebody should look: `sh -c 'COMMAND "$@"'`
 * with a title and a text, which are words of their own and never read by a shell. What strangers wrote in the
 * text cannot steer a terminal, nor look like markup or like an option. The command runs by itself, with neither
 * input nor output, and nobody waits for it.
 */
void notify_tell(const char *command, const char *title, const char *text);

#endif
