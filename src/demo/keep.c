#include "keep.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "http.h"

void keep_request(const char *dir, int64_t time_ns, const struct http_request *rq)
{
	const char *agent = http_header(rq, "User-Agent");
	char program[64] = "";
	CLEANUP(str_free_p) char *path = NULL;
	CLEANUP(fsutil_close_p) int fd = -1;

	snprintf(program, sizeof(program), "%s", agent ? agent : "");
	for (char *p = program; *p; p++)
		if (!isalnum((unsigned char) *p))
			*p = '_';
	path = str_printf("%s/%lld-%s.xml", dir, (long long) time_ns, program);
	fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644) : -1;
	if (fd >= 0 && fsutil_write_all(fd, rq->body, rq->body_len) < 0)
		unlink(path);
}
