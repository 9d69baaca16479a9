#ifndef SP_XMLOUT_H
#define SP_XMLOUT_H

struct buf;

/*
 * Writes XML that is always well-formed: what XML 1.0 cannot hold is dropped (control
 * characters), and what is not UTF-8 becomes U+FFFD. Errors stick in the buffer.
 */

/* Text between tags. A carriage return is written as a reference, else parsers would drop it. */
void xmlout_text(struct buf *out, const char *s);

/* ` name="value"`; line breaks and tabs as references. NULL writes nothing. */
void xmlout_attr(struct buf *out, const char *name, const char *value);

/* `<name>text</name>`; NULL writes nothing. */
void xmlout_element(struct buf *out, const char *name, const char *text);

#endif
