/*
 * What a first synchronisation costs at least: fetch the pages, parse them with
 * libxml2's reader, insert the rows with SQLite, one after the other.
 *
 *   baseline SERVICE-URL DATABASE BODY...
 *
 * sends these bodies, files with the requests as spfs sent them, so that the same
 * bytes come; keeps what comes, then parses all of it, then inserts: a blob of all
 * attributes and the ID, as one transaction with synchronous=FULL. Says
 * "fetch S parse S insert S pages N rows N bytes N".
 */
#include <curl/curl.h>
#include <libxml/xmlreader.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bytes {
	char *data; /* owned */
	size_t n, room;
};

struct row {
	long id;
	struct bytes values; /* name=value\n ... */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void die(const char *what)
{
	fprintf(stderr, "baseline: %s\n", what);
	exit(1);
}

static void add(struct bytes *b, const char *p, size_t n)
{
	if (b->n + n + 1 > b->room && !(b->data = realloc(b->data, b->room = (b->n + n + 1) * 2)))
		die("out of memory");
	memcpy(b->data + b->n, p, n);
	b->n += n;
	b->data[b->n] = '\0';
}

static size_t take(char *p, size_t size, size_t n, void *to)
{
	add(to, p, size * n);
	return size * n;
}

static struct bytes read_file(const char *name)
{
	struct bytes b = { 0 };
	char part[1 << 16];
	FILE *f = fopen(name, "r");
	size_t n;

	if (!f)
		die(name);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		add(&b, part, n);
	fclose(f);
	return b;
}

static void fetch(const char *url, char **bodies, int count, struct bytes *pages)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: text/xml; charset=utf-8");
	CURL *c = curl_easy_init();

	headers = curl_slist_append(headers,
	                            "SOAPAction: \"http://schemas.microsoft.com/sharepoint/soap/GetListItemChangesSinceToken\"");
	if (!c || !headers)
		die("out of memory");
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	for (int i = 0; i < count; i++) {
		struct bytes body = read_file(bodies[i]);

		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.data);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long) body.n);
		curl_easy_setopt(c, CURLOPT_WRITEDATA, &pages[i]);
		if (curl_easy_perform(c) != CURLE_OK)
			die("the server refused");
		free(body.data);
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
}

static long parse(struct bytes *page, struct row **rows, long n, long *room)
{
	xmlTextReader *r = xmlReaderForMemory(page->data, (int) page->n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_HUGE);

	while (r && xmlTextReaderRead(r) == 1) {
		if (xmlTextReaderNodeType(r) != XML_READER_TYPE_ELEMENT ||
		    strcmp((const char *) xmlTextReaderConstLocalName(r), "row") != 0)
			continue;
		if (n == *room && !(*rows = realloc(*rows, (*room = *room ? *room * 2 : 1024) * sizeof **rows)))
			die("out of memory");
		struct row *row = &(*rows)[n++];

		*row = (struct row) { 0 };
		while (xmlTextReaderMoveToNextAttribute(r) == 1) {
			const char *name = (const char *) xmlTextReaderConstLocalName(r);
			const char *value = (const char *) xmlTextReaderConstValue(r);

			if (strcmp(name, "ows_ID") == 0)
				row->id = atol(value);
			add(&row->values, name, strlen(name));
			add(&row->values, "=", 1);
			add(&row->values, value, strlen(value));
			add(&row->values, "\n", 1);
		}
	}
	xmlFreeTextReader(r);
	return n;
}

static void insert(const char *file, struct row *rows, long n)
{
	sqlite3_stmt *st;
	sqlite3 *db;

	if (sqlite3_open(file, &db) ||
	    sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
	                 "CREATE TABLE item (id INTEGER PRIMARY KEY, data BLOB); BEGIN", NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO item VALUES (?, ?)", -1, &st, NULL))
		die(sqlite3_errmsg(db));
	for (long i = 0; i < n; i++) {
		sqlite3_bind_int64(st, 1, rows[i].id);
		sqlite3_bind_blob(st, 2, rows[i].values.data, (int) rows[i].values.n, SQLITE_STATIC);
		if (sqlite3_step(st) != SQLITE_DONE)
			die(sqlite3_errmsg(db));
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL))
		die(sqlite3_errmsg(db));
	sqlite3_close(db);
}

int main(int argc, char **argv)
{
	int count = argc - 3;
	struct bytes *pages = count > 0 ? calloc(count, sizeof *pages) : NULL;
	struct row *rows = NULL;
	long n = 0, room = 0;
	double t0 = now(), t1, t2;
	size_t total = 0;

	if (!pages)
		die("see the beginning of baseline.c");
	fetch(argv[1], argv + 3, count, pages);
	t1 = now();
	for (int i = 0; i < count; i++) {
		total += pages[i].n;
		n = parse(&pages[i], &rows, n, &room);
	}
	t2 = now();
	insert(argv[2], rows, n);
	printf("fetch %.6f parse %.6f insert %.6f pages %d rows %ld bytes %zu\n", t1 - t0, t2 - t1, now() - t2, count, n, total);
	return 0;
}
