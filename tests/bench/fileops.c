/*
 * What programs do with many files, without the cost of starting a program for
 * each: the benchmark measures the file system, not fork.
 *
 *   fileops stat DIR              lstat of every entry, in the order of readdir
 *   fileops read DIR              open, read, close of every file
 *   fileops create DIR N BYTES    N new files bench-NNNNNN.txt
 *   fileops edit DIR N            a line of each of them changed as sed -i does it:
 *                                 a new file beside it, renamed over it
 *   fileops rename DIR N          each to moved-NNNNNN.txt
 *   fileops delete DIR N          these
 *   fileops random FILE N         N reads of 4 KiB at places of a fixed sequence
 *   fileops window DIR            a file manager opening a window: the directory three
 *                                 times, lstat and getxattr of each entry, the first
 *                                 bytes of the 50 that one sees
 *
 * Says "OP N SECONDS" on standard output; the exit status is 1 when anything failed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

enum { VISIBLE = 50, BLOCK = 4096 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void die(const char *what, const char *name)
{
	fprintf(stderr, "fileops: %s %s: %s\n", what, name, strerror(errno));
	exit(1);
}

static char **names;
static long count;

static void load(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	long room = 0;

	count = 0;
	if (!d)
		die("opendir", dir);
	while ((errno = 0, e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		if (count == room && !(names = realloc(names, (room = room ? room * 2 : 1024) * sizeof *names)))
			die("memory for", dir);
		if (!(names[count++] = strdup(e->d_name)))
			die("memory for", dir);
	}
	if (errno)
		die("readdir", dir);
	closedir(d);
}

static void read_file(const char *name)
{
	static char buf[1 << 16];
	int fd = open(name, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		die("open", name);
	while ((n = read(fd, buf, sizeof buf)) > 0)
		;
	if (n < 0)
		die("read", name);
	close(fd);
}

static void write_file(const char *name, const char *text, size_t n)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0666);

	if (fd < 0)
		die("create", name);
	if (write(fd, text, n) != (ssize_t) n)
		die("write", name);
	if (close(fd))
		die("close", name);
}

static void create(long i, long bytes)
{
	char name[64], text[BLOCK];
	int n = snprintf(text, sizeof text, "Title: Benchmark %06ld\n\n", i);

	for (; n < bytes && n < BLOCK - 1; n++)
		text[n] = n % 64 == 63 ? '\n' : 'a' + (n * 7 + i) % 26;
	text[n++] = '\n';
	snprintf(name, sizeof name, "bench-%06ld.txt", i);
	write_file(name, text, n);
}

/* As sed -i: the text goes into sedXXXXXX, which gets the name. */
static void edit(long i)
{
	char name[64], temp[64], text[BLOCK * 2];
	ssize_t n;
	int fd;

	snprintf(name, sizeof name, "bench-%06ld.txt", i);
	snprintf(temp, sizeof temp, "sed%06ld", i % 1000000);
	if ((fd = open(name, O_RDONLY)) < 0)
		die("open", name);
	n = read(fd, text, sizeof text - 16);
	if (n <= 0)
		die("read", name);
	close(fd);
	memcpy(text + n, "edited\n", 7);
	write_file(temp, text, n + 7);
	if (rename(temp, name))
		die("rename", temp);
}

static void move(long i)
{
	char from[64], to[64];

	snprintf(from, sizeof from, "bench-%06ld.txt", i);
	snprintf(to, sizeof to, "moved-%06ld.txt", i);
	if (rename(from, to))
		die("rename", from);
}

static void delete(long i)
{
	char name[64];

	snprintf(name, sizeof name, "moved-%06ld.txt", i);
	if (unlink(name))
		die("unlink", name);
}

static void random_reads(const char *file, long n)
{
	unsigned long long x = 88172645463325252ull;
	char buf[BLOCK];
	struct stat st;
	int fd = open(file, O_RDONLY);

	if (fd < 0 || fstat(fd, &st) || st.st_size < BLOCK)
		die("open", file);
	for (long i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		if (pread(fd, buf, BLOCK, (off_t) (x % (st.st_size / BLOCK)) * BLOCK) != BLOCK)
			die("pread", file);
	}
	close(fd);
}

static void window(void)
{
	char buf[BLOCK];
	struct stat st;

	load(".");
	load(".");
	load(".");
	for (long i = 0; i < count; i++) {
		if (lstat(names[i], &st))
			die("lstat", names[i]);
		getxattr(names[i], "user.xdg.comment", buf, sizeof buf); /* whether there is one does not matter */
	}
	for (long i = 0; i < count && i < VISIBLE; i++) {
		int fd = open(names[i], O_RDONLY);

		if (fd < 0 || read(fd, buf, sizeof buf) < 0)
			die("read", names[i]);
		close(fd);
	}
}

int main(int argc, char **argv)
{
	const char *op = argc > 2 ? argv[1] : "";
	long n = argc > 3 ? atol(argv[3]) : 0;
	struct stat st;
	double t;

	if (argc > 2 && strcmp(op, "random") && chdir(argv[2]))
		die("chdir", argv[2]);
	if (!strcmp(op, "stat") || !strcmp(op, "read"))
		load(".");
	t = now();
	if (!strcmp(op, "stat")) {
		for (n = 0; n < count; n++)
			if (lstat(names[n], &st))
				die("lstat", names[n]);
	} else if (!strcmp(op, "read")) {
		for (n = 0; n < count; n++)
			read_file(names[n]);
	} else if (!strcmp(op, "create")) {
		for (long i = 0; i < n; i++)
			create(i, argc > 4 ? atol(argv[4]) : 500);
	} else if (!strcmp(op, "edit")) {
		for (long i = 0; i < n; i++)
			edit(i);
	} else if (!strcmp(op, "rename")) {
		for (long i = 0; i < n; i++)
			move(i);
	} else if (!strcmp(op, "delete")) {
		for (long i = 0; i < n; i++)
			delete(i);
	} else if (!strcmp(op, "random")) {
		random_reads(argv[2], n);
	} else if (!strcmp(op, "window")) {
		window();
	} else {
		fprintf(stderr, "fileops: see the beginning of fileops.c\n");
		return 2;
	}
	printf("%s %ld %.6f\n", op, n, now() - t);
	return 0;
}
