#ifndef APP_ASK_H
#define APP_ASK_H

#include <stdbool.h>

#include "base/attr.h"

/*
 * Asking the person, on the terminal or in a window. Texts are shown as they are: what a stranger
 * wrote in them goes through cli_shown() before.
 */

/*
 * On the terminal of the process (/dev/tty), whatever its input is: a pipe cannot answer, nor can what was
 * typed before the question. Only `y` and `yes` are yes. 1, 0; -ENOTTY: there is no terminal.
 */
MUST_CHECK int ask_yes_no(const char *question);

/* A line, without its end: fresh string. 0; -ENOTTY: there is no terminal; -ENODATA: end of file; -ENOMEM. */
MUST_CHECK int ask_line(const char *question, char **ret);

/* Whether there is a terminal to ask on. */
bool ask_has_terminal(void);

/*
 * In a window, of the first of zenity, kdialog and xmessage that works; on a KDE desktop kdialog before. The answer that
 * Enter and closing the window give is no. 1, 0; -ENOENT: there is no such program, or no display; -errno.
 */
MUST_CHECK int ask_in_window(const char *title, const char *text, const char *yes, const char *no);

/* Says something in a window and waits until it is closed. 0; as above. Programs get the words, never a shell. */
MUST_CHECK int ask_tell(const char *title, const char *text);

/* Runs words[] (ends with NULL) in a terminal emulator. 0: it was started; -ENOENT: there is none; -errno.
 * Some of them hand the words to a shell: they may hold letters, digits and "%-_./=" only, else -EINVAL. */
MUST_CHECK int ask_start_terminal(const char *const words[]);

#endif
