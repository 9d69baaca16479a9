#include "ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"

bool ask_has_terminal(void)
{
	CLEANUP(fsutil_close_p) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	return fd >= 0;
}

int ask_line(const char *question, char **ret)
{
	CLEANUP(fsutil_close_p) int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	char text[1024];
	ssize_t n;

	if (fd < 0)
		return -ENOTTY;
	fflush(stdout);
	/* a link that was pasted with lines behind it must not answer for itself */
	tcflush(fd, TCIFLUSH);
	dprintf(fd, "%s", question);
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return -ENODATA;
	text[n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	*ret = strdup(text);
	return *ret ? 0 : -ENOMEM;
}

int ask_yes_no(const char *question)
{
	CLEANUP(str_free_p) char *line = NULL;
	int r = ask_line(question, &line);
	const char *word;

	if (r < 0)
		return r == -ENOTTY ? r : 0;
	word = str_trim(line);
	return str_eq_nocase(word, "y") || str_eq_nocase(word, "yes");
}
