#include "paper.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "xml.h"

#define PAPER_MAX ((size_t) 1 << 30)

/* What a document is about, and how large it shall be. */
struct paper {
	const char *name;
	int64_t version;
	size_t size;
	struct buf *out;
	size_t from; /* where it begins in out */
};

static size_t written(const struct paper *p)
{
	return p->out->len - p->from;
}

/* n bytes of lines; the last one is cut. */
static int add_lines(const struct paper *p, const char *prefix, size_t n)
{
	size_t end = p->out->len + n;
	int r = 0;

	for (int line = 1; r == 0 && p->out->len < end; line++)
		r = buf_addf(p->out, "%s%s, version %lld, line %d\n", prefix, p->name, (long long) p->version, line);
	return r < 0 ? r : buf_resize(p->out, end);
}

/* ---- checksums and numbers --------------------------------------------------------------------- */

static uint32_t crc32_of(const char *s, size_t n)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= (unsigned char) s[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static uint32_t adler32_of(const char *s, size_t n)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < n; i++) {
		a = (a + (unsigned char) s[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}

static void add_little(struct buf *out, uint32_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_addc(out, (char) v);
}

static void add_big(struct buf *out, uint32_t v, int bytes)
{
	while (--bytes >= 0)
		buf_addc(out, (char) (v >> 8 * bytes));
}

/* ---- ZIP: what .docx, .xlsx and .odt are --------------------------------------------------------- */

#define ZIP_HEAD 30
#define ZIP_CENTRAL 46
#define ZIP_TAIL 22

struct zip {
	struct paper *p;
	struct buf central;
	int n;
};

static void begin_entry(struct zip *z, const char *name, const char *content, size_t n)
{
	uint32_t crc = crc32_of(content, n);
	size_t at = written(z->p), len = strlen(name);

	buf_add(z->p->out, "PK\3\4\24\0\0\0\0\0\0\0!\\", 14); /* stored; 2026-01-01 */
	add_little(z->p->out, crc, 4);
	add_little(z->p->out, (uint32_t) n, 4);
	add_little(z->p->out, (uint32_t) n, 4);
	add_little(z->p->out, (uint32_t) len, 4);
	buf_adds(z->p->out, name);
	buf_add(&z->central, "PK\1\2\24\0\24\0\0\0\0\0\0\0!\\", 16);
	add_little(&z->central, crc, 4);
	add_little(&z->central, (uint32_t) n, 4);
	add_little(&z->central, (uint32_t) n, 4);
	add_little(&z->central, (uint32_t) len, 4);
	for (int i = 0; i < 5; i++)
		add_little(&z->central, 0, 2);
	add_little(&z->central, (uint32_t) at, 4);
	buf_adds(&z->central, name);
	z->n++;
}

static void add_entry(struct zip *z, const char *name, const char *content)
{
	begin_entry(z, name, content, strlen(content));
	buf_adds(z->p->out, content);
}

/* The last entry fills up to the size that is wanted. 0; 1: there is no room for it; -errno. */
static int end_zip(struct zip *z, const char *filler)
{
	size_t used = written(z->p) + z->central.len + ZIP_HEAD + ZIP_CENTRAL + 2 * strlen(filler) + ZIP_TAIL;
	CLEANUP(buf_release_p) struct buf lines = BUF_INIT(PAPER_MAX);
	struct paper text = *z->p;
	size_t at;
	int r;

	if (used > z->p->size)
		return 1;
	text.out = &lines;
	r = add_lines(&text, "", z->p->size - used);
	if (r < 0)
		return r;
	begin_entry(z, filler, buf_str(&lines), lines.len);
	buf_add(z->p->out, buf_str(&lines), lines.len);
	at = written(z->p);
	buf_add(z->p->out, z->central.p, z->central.len);
	buf_add(z->p->out, "PK\5\6\0\0\0\0", 8);
	add_little(z->p->out, (uint32_t) z->n, 2);
	add_little(z->p->out, (uint32_t) z->n, 2);
	add_little(z->p->out, (uint32_t) z->central.len, 4);
	add_little(z->p->out, (uint32_t) at, 4);
	add_little(z->p->out, 0, 2);
	return buf_error(z->p->out);
}

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define OFFICE "http://schemas.openxmlformats.org/"
#define TYPES_HEAD XML_HEAD "<Types xmlns=\"" OFFICE "package/2006/content-types\">" \
	"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>" \
	"<Default Extension=\"txt\" ContentType=\"text/plain\"/>"
#define RELS(target, type) XML_HEAD "<Relationships xmlns=\"" OFFICE "package/2006/relationships\">" \
	"<Relationship Id=\"rId1\" Type=\"" OFFICE "officeDocument/2006/relationships/" type "\" Target=\"" target \
	"\"/></Relationships>"

/* head, the document's name and version as a text, tail */
static void add_text_entry(struct zip *z, const char *name, const char *head, const char *tail)
{
	CLEANUP(buf_release_p) struct buf content = BUF_INIT(65536);

	buf_adds(&content, head);
	xml_text(&content, z->p->name);
	buf_addf(&content, ", version %lld", (long long) z->p->version);
	buf_adds(&content, tail);
	add_entry(z, name, buf_str(&content));
}

static int write_docx(struct paper *p)
{
	struct zip z = { p, BUF_INIT(65536), 0 };
	int r;

	add_entry(&z, "[Content_Types].xml", TYPES_HEAD "<Override PartName=\"/word/document.xml\" ContentType=\""
		  "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>");
	add_entry(&z, "_rels/.rels", RELS("word/document.xml", "officeDocument"));
	add_text_entry(&z, "word/document.xml", XML_HEAD "<w:document xmlns:w=\"" OFFICE
		       "wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>", "</w:t></w:r></w:p></w:body></w:document>");
	r = end_zip(&z, "docProps/filler.txt");
	buf_release(&z.central);
	return r;
}

static int write_xlsx(struct paper *p)
{
	struct zip z = { p, BUF_INIT(65536), 0 };
	int r;

	add_entry(&z, "[Content_Types].xml", TYPES_HEAD "<Override PartName=\"/xl/workbook.xml\" ContentType=\""
		  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\""
		  "/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument."
		  "spreadsheetml.worksheet+xml\"/></Types>");
	add_entry(&z, "_rels/.rels", RELS("xl/workbook.xml", "officeDocument"));
	add_entry(&z, "xl/workbook.xml", XML_HEAD "<workbook xmlns=\"" OFFICE "spreadsheetml/2006/main\" xmlns:r=\""
		  OFFICE "officeDocument/2006/relationships\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" "
		  "r:id=\"rId1\"/></sheets></workbook>");
	add_entry(&z, "xl/_rels/workbook.xml.rels", RELS("worksheets/sheet1.xml", "worksheet"));
	add_text_entry(&z, "xl/worksheets/sheet1.xml", XML_HEAD "<worksheet xmlns=\"" OFFICE
		       "spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>",
		       "</t></is></c></row></sheetData></worksheet>");
	r = end_zip(&z, "docProps/filler.txt");
	buf_release(&z.central);
	return r;
}

#define ODF "urn:oasis:names:tc:opendocument:xmlns:"

static int write_odt(struct paper *p)
{
	struct zip z = { p, BUF_INIT(65536), 0 };
	int r;

	add_entry(&z, "mimetype", "application/vnd.oasis.opendocument.text");
	add_entry(&z, "META-INF/manifest.xml", XML_HEAD "<m:manifest xmlns:m=\"" ODF "manifest:1.0\"><m:file-entry "
		  "m:full-path=\"/\" m:media-type=\"application/vnd.oasis.opendocument.text\"/><m:file-entry "
		  "m:full-path=\"content.xml\" m:media-type=\"text/xml\"/><m:file-entry m:full-path=\"filler.txt\" "
		  "m:media-type=\"text/plain\"/></m:manifest>");
	add_text_entry(&z, "content.xml", XML_HEAD "<o:document-content xmlns:o=\"" ODF "office:1.0\" xmlns:t=\"" ODF
		       "text:1.0\" o:version=\"1.2\"><o:body><o:text><t:p>",
		       "</t:p></o:text></o:body></o:document-content>");
	r = end_zip(&z, "filler.txt");
	buf_release(&z.central);
	return r;
}

/* ---- PDF ------------------------------------------------------------------------------------------- */

#define PDF_OBJECTS 5

/* One object; its place is noted. */
static void add_object(struct paper *p, size_t at[], int n, const char *fmt, ...) PRINTF(4, 5);

static void add_object(struct paper *p, size_t at[], int n, const char *fmt, ...)
{
	va_list ap;

	at[n] = written(p);
	buf_addf(p->out, "%d 0 obj\n", n + 1);
	va_start(ap, fmt);
	buf_addv(p->out, fmt, ap);
	va_end(ap);
	buf_adds(p->out, "\nendobj\n");
}

static int write_pdf(struct paper *p)
{
	CLEANUP(buf_release_p) struct buf text = BUF_INIT(65536);
	CLEANUP(buf_release_p) struct buf tail = BUF_INIT(65536);
	size_t at[PDF_OBJECTS], used;
	int r;

	buf_adds(&text, "BT /F1 18 Tf 72 720 Td (");
	for (const char *s = p->name; *s; s++)
		buf_addc(&text, *s < ' ' || strchr("()\\", *s) ? '_' : *s);
	buf_addf(&text, ", version %lld) Tj ET", (long long) p->version);
	buf_adds(p->out, "%PDF-1.4\n");
	add_object(p, at, 0, "<< /Type /Catalog /Pages 2 0 R >>");
	add_object(p, at, 1, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
	add_object(p, at, 2, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
			     "/Resources << /Font << /F1 5 0 R >> >> >>");
	add_object(p, at, 3, "<< /Length %zu >>\nstream\n%s\nendstream", text.len, buf_str(&text));
	add_object(p, at, 4, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
	buf_adds(&tail, "\nxref\n0 6\n0000000000 65535 f \n");
	for (int i = 0; i < PDF_OBJECTS; i++)
		buf_addf(&tail, "%010zu 00000 n \n", at[i]);
	/* the place of xref has ten digits, so that the length is known before */
	buf_adds(&tail, "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n");
	used = written(p) + tail.len + strlen("0123456789\n%%EOF\n");
	if (used > p->size)
		return 1;
	r = add_lines(p, "%", p->size - used);
	used = written(p) + 1;
	buf_adds(p->out, buf_str(&tail));
	buf_addf(p->out, "%010zu\n%%%%EOF\n", used);
	return r < 0 ? r : buf_error(p->out);
}

/* ---- pictures ---------------------------------------------------------------------------------------- */

static void add_chunk(struct buf *out, const char *type, const struct buf *content)
{
	size_t from;

	add_big(out, (uint32_t) content->len, 4);
	from = out->len;
	buf_adds(out, type);
	buf_add(out, buf_str(content), content->len);
	add_big(out, buf_error(out) < 0 ? 0 : crc32_of(out->p + from, out->len - from), 4);
}

#define PNG_SIDE 48
#define PNG_FIXED (8 + 25 + 12 + 12 + 12) /* signature, IHDR, and the frames of tEXt, IDAT, IEND */

/* A gradient, in one block that is not compressed. */
static void add_pixels(struct buf *out)
{
	CLEANUP(buf_release_p) struct buf raw = BUF_INIT(65535);
	uint32_t n;

	for (int y = 0; y < PNG_SIDE; y++) {
		buf_addc(&raw, '\0');
		for (int x = 0; x < PNG_SIDE; x++)
			add_big(&raw, (uint32_t) (x * 5) << 16 | (uint32_t) (y * 5) << 8 | 128, 3);
	}
	n = (uint32_t) raw.len;
	buf_add(out, "\x78\x01\x01", 3);
	add_little(out, n, 2);
	add_little(out, ~n, 2);
	buf_add(out, buf_str(&raw), n);
	add_big(out, adler32_of(buf_str(&raw), n), 4);
}

static int write_png(struct paper *p)
{
	CLEANUP(buf_release_p) struct buf chunk = BUF_INIT(PAPER_MAX);
	CLEANUP(buf_release_p) struct buf pixels = BUF_INIT(65536);
	struct paper text = *p;
	size_t used;
	int r;

	add_pixels(&pixels);
	used = PNG_FIXED + pixels.len + strlen("Comment") + 1;
	if (used > p->size)
		return 1;
	buf_add(p->out, "\x89PNG\r\n\x1a\n", 8);
	add_big(&chunk, PNG_SIDE, 4);
	add_big(&chunk, PNG_SIDE, 4);
	buf_add(&chunk, "\x08\x02\0\0\0", 5);
	add_chunk(p->out, "IHDR", &chunk);
	buf_reset(&chunk);
	buf_add(&chunk, "Comment", 8);
	text.out = &chunk;
	r = add_lines(&text, "", p->size - used);
	add_chunk(p->out, "tEXt", &chunk);
	add_chunk(p->out, "IDAT", &pixels);
	buf_reset(&chunk);
	add_chunk(p->out, "IEND", &chunk);
	return r < 0 ? r : buf_error(p->out);
}

/* 640 x 480 in one grey: each of the 4800 blocks is the bits 00. */
static const char jpeg_head[] = "\xff\xc0\0\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\0"
				"\xff\xc4\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				"\xff\xc4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				"\xff\xda\0\x08\x01\x01\0\0\x3f\0";
#define JPEG_DATA 1200

static int write_jpeg(struct paper *p)
{
	size_t fixed = 2 + 69 + sizeof(jpeg_head) - 1 + JPEG_DATA + 2;
	size_t left = p->size - fixed;
	int r = 0;

	if (fixed + 4 > p->size)
		return 1;
	buf_add(p->out, "\xff\xd8", 2);
	while (r == 0 && left) {
		/* four bytes a comment, so that never fewer than four are left */
		size_t n = left > 65537 ? (left - 65537 < 4 ? 65000 : 65533) : left - 4;

		buf_add(p->out, "\xff\xfe", 2);
		add_big(p->out, (uint32_t) n + 2, 2);
		r = add_lines(p, "", n);
		left -= n + 4;
	}
	buf_add(p->out, "\xff\xdb\0\x43\0", 5);
	for (int i = 0; i < 64; i++)
		buf_addc(p->out, '\1');
	buf_add(p->out, jpeg_head, sizeof(jpeg_head) - 1);
	for (int i = 0; i < JPEG_DATA; i++)
		buf_addc(p->out, '\0');
	return r < 0 ? r : buf_add(p->out, "\xff\xd9", 2);
}

/* ---- by name -------------------------------------------------------------------------------------------- */

static const struct {
	const char *extension;
	int (*write)(struct paper *p); /* 0; 1: it needs more room; -errno */
} kinds[] = {
	{ ".docx", write_docx }, { ".xlsx", write_xlsx }, { ".odt", write_odt },
	{ ".pdf", write_pdf },	 { ".png", write_png },	  { ".jpg", write_jpeg },
};

int paper_write(const char *name, int64_t version, size_t size, struct buf *out)
{
	struct paper p = { name, version, size, out, out->len };
	int r = 1;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_ends(name, kinds[i].extension))
			r = kinds[i].write(&p);
	if (r <= 0)
		return r;
	r = buf_resize(out, p.from);
	return r < 0 ? r : add_lines(&p, "", size);
}

int paper_promote(const char *name, int64_t version, const char *p, size_t n, size_t *ret_cut, struct buf *out)
{
	static const char *const office[] = { ".docx", ".xlsx", ".pptx" };
	CLEANUP(str_free_p) char *text = str_printf("promoted, version %lld", (long long) version);
	bool zip = false;

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(office) / sizeof(*office); i++)
		zip |= str_ends(name, office[i]);
	*ret_cut = 0;
	if (zip && n >= ZIP_TAIL && memcmp(p + n - ZIP_TAIL, "PK\5\6", 4) == 0) {
		*ret_cut = 2; /* the comment's length, which was 0 */
		add_little(out, (uint32_t) strlen(text), 2);
		buf_adds(out, text);
	} else if (zip || str_ends(name, ".doc") || str_ends(name, ".xls")) {
		buf_adds(out, text);
	} else if (str_ends(name, ".pdf")) {
		buf_addf(out, "%%%s\n", text);
	} else if (str_ends(name, ".html") || str_ends(name, ".htm")) {
		buf_addf(out, "<!-- %s -->\n", text);
	} else {
		return 0;
	}
	return buf_error(out) < 0 ? buf_error(out) : 1;
}
