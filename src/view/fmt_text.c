/* Item text (view/text.h) as one of the forms. */
#include "base/buf.h"
#include "fmt_changes.h"
#include "fmt_forms.h"

int text_render(const struct view_file *f, struct buf *out)
{
	return view_text_render(f->list, &f->series.master->values, out);
}

int text_parse(const struct view_file *f, const char *text, size_t n, struct view_changes *ret, struct err *err)
{
	CLEANUP(view_changes_release_p) struct view_changes c = VIEW_CHANGES_INIT;
	CLEANUP(values_release_p) struct values fields = VALUES_INIT;
	static const struct values none = VALUES_INIT;
	const struct view_edit e = {
		.list = f->list,
		.base = f->series.master ? &f->series.master->values : &none,
		.new_title = f->new_title,
		.known = f->known,
	};
	int r = view_text_parse(&e, text, n, &fields, &c.complete, err);

	if (r == 0)
		r = changes_add_master(&c, f->series.master, &fields);
	if (r < 0)
		return r;
	view_changes_release(ret);
	*ret = c;
	c = (struct view_changes) VIEW_CHANGES_INIT;
	return 0;
}
