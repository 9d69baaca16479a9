#include "remote/docs.h"

#include <stdlib.h>

void remote_doc_release(struct remote_doc *d)
{
	free(d->etag);
	*d = (struct remote_doc) { .size = -1 };
}
