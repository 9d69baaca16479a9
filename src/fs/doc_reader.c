#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "doc.h"

/*
 * Programs that read whole directories of documents only to draw small pictures
 * of them. Nothing is fetched for these; they show an ordinary icon then. Names as the kernel
 * has them, cut at 15 bytes. Threads of that name of other programs are not meant (`of`), nor
 * KDE's workers that do something else (`with`, in the command line).
 */
enum { NAME = 16 };

static const struct {
	const char *name; /* of the thread, or of the program's file */
	const char *of;   /* the program's file; NULL: any */
	const char *with; /* in its command line; NULL: any */
} thumbnailer[] = {
	{ "tumblerd", NULL, NULL },
	{ "pool-tumblerd", NULL, NULL },
	{ "gdk-pixbuf-thum", NULL, NULL },
	{ "evince-thumbnai", NULL, NULL },
	{ "totem-video-thu", NULL, NULL },
	{ "ffmpegthumbnail", NULL, NULL },
	{ "kioslave5", NULL, "thumbnail" },
	{ "kioworker", NULL, "thumbnail" },
	{ "loader", "pcmanfm", NULL },
};

/* Reads a small file of /proc/TID; what is not to be had is empty. NULs become blanks. */
static void read_proc(pid_t tid, const char *name, char *out, size_t size)
{
	char path[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int) tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, out, size - 1);
		close(fd);
	}
	out[n > 0 ? n : 0] = '\0';
	for (ssize_t i = 0; i < n; i++)
		if (!out[i] || out[i] == '\n')
			out[i] = ' ';
	if (n > 0 && out[n - 1] == ' ')
		out[n - 1] = '\0';
}

/* The leaf name of the program's file. */
static void read_exe(pid_t tid, char out[256])
{
	char path[64], exe[4096];
	const char *slash;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int) tid);
	n = readlink(path, exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	snprintf(out, 256, "%.255s", slash ? slash + 1 : exe);
}

static bool is_name(const char *cut, const char *whole)
{
	return strncmp(cut, whole, NAME - 1) == 0;
}

bool doc_reader_is_thumbnailer(pid_t tid)
{
	char comm[NAME + 2], exe[256], args[1024];

	if (tid <= 0)
		return false;
	read_proc(tid, "comm", comm, sizeof(comm));
	read_exe(tid, exe);
	for (size_t i = 0; i < sizeof(thumbnailer) / sizeof(*thumbnailer); i++) {
		if (!str_eq(comm, thumbnailer[i].name) && !is_name(thumbnailer[i].name, exe))
			continue;
		if (thumbnailer[i].of && !str_eq(exe, thumbnailer[i].of))
			continue;
		if (!thumbnailer[i].with)
			return true;
		read_proc(tid, "cmdline", args, sizeof(args));
		if (strstr(args, thumbnailer[i].with))
			return true;
	}
	return false;
}

/* The kernel cuts the names of threads. */
static bool is_word(const char *word, size_t n, const char *comm, const char *exe)
{
	size_t cut = n < NAME - 1 ? n : NAME - 1;

	if (strlen(exe) == n && strncmp(exe, word, n) == 0)
		return true;
	return strlen(comm) == cut && strncmp(comm, word, cut) == 0;
}

bool doc_reader_is_among(pid_t tid, const char *programs)
{
	static const char between[] = " \t,";
	char comm[NAME + 2], exe[256];

	if (tid <= 0 || str_empty(programs))
		return false;
	read_proc(tid, "comm", comm, sizeof(comm));
	read_exe(tid, exe);
	while (*programs) {
		size_t n = strcspn(programs, between);

		if (n && is_word(programs, n, comm, exe))
			return true;
		programs += n;
		programs += strspn(programs, between);
	}
	return false;
}
