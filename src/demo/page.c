#include "page.h"

#include <string.h>

#include "call.h"
#include "xml.h"

#define PAGE_MAX ((size_t) 900 << 20)

void page_open(struct call *c)
{
	buf_adds(c->out, "<listitems xmlns:s='uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882' "
			 "xmlns:dt='uuid:C2F41010-65B3-11d1-A29F-00AA00C14882' "
			 "xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema'");
}

int page_begin(struct call *c, const struct list *l, const struct options *o, const struct columns *cols,
	       struct page *ret)
{
	ret->c = c;
	ret->out = c->out;
	ret->body = (struct buf) BUF_INIT(PAGE_MAX);
	ret->next = (struct buf) BUF_INIT(4096);
	ret->n = 0;
	c->out = &ret->body;
	return rows_begin(c, l, o, cols, &ret->rows);
}

/* The last row goes to the front: some servers send them in any order. */
static void turn_around(struct page *p, size_t before)
{
	size_t n = p->body.len - before;
	struct buf row = BUF_INIT(PAGE_MAX);

	if (buf_add(&row, p->body.p + before, n) == 0) {
		memmove(p->body.p + n, p->body.p, before);
		memcpy(p->body.p, row.p, n);
	}
	buf_release(&row);
}

int page_add(void *arg, const struct item *i)
{
	struct page *p = arg;
	size_t before = p->body.len;
	int r = rows_write(&p->rows, i, false);

	if (r >= 0 && p->c->quirks.reverse_rows && before)
		turn_around(p, before);
	p->n++;
	return r;
}

int page_end(struct page *p, bool write)
{
	struct buf *out = p->out;

	p->c->out = out;
	if (write) {
		buf_addf(out, "<rs:data ItemCount=\"%zu\"", p->n);
		if (p->next.len)
			xml_put(out, "ListItemCollectionPositionNext", buf_str(&p->next));
		buf_adds(out, ">\n");
		buf_add(out, p->body.p, p->body.len);
		buf_adds(out, "</rs:data>");
	}
	rows_end(&p->rows);
	buf_release(&p->body);
	buf_release(&p->next);
	return buf_error(out);
}
