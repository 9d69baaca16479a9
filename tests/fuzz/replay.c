/* In place of libFuzzer, for any compiler: runs the files of a folder through a fuzzer's parser, each once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = f ? malloc(1 << 20) : NULL, *exact;
	size_t n = data ? fread(data, 1, 1 << 20, f) : 0;

	if (!data || ferror(f)) {
		perror(path);
		return 1;
	}
	fclose(f);
	exact = realloc(data, n ? n : 1); /* so that a sanitizer sees where it ends */
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(exact ? exact : data, n);
	free(exact ? exact : data);
	return 0;
}

int main(int argc, char **argv)
{
	char path[4096];
	struct dirent *e;
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	int n = 0, bad = 0;

	if (!d) {
		fprintf(stderr, "one folder with a corpus is needed\n");
		return 2;
	}
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		bad += replay(path);
		n++;
	}
	closedir(d);
	printf("%d\n", n);
	return bad || !n;
}
