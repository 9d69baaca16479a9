#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

int err_add(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e || e->text[0])
		return code;
	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return code;
}

const char *err_text(const struct err *e, int code)
{
	if (e && e->text[0])
		return e->text;
	return strerrordesc_np(code < 0 ? -code : code) ?: "unknown error";
}
