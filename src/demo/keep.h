#ifndef DEMO_KEEP_H
#define DEMO_KEEP_H

#include <stdint.h>

struct http_request;

/*
 * --keep: the body of each SOAP request as a file, "TIME-PROGRAM.xml", so that tests can hold what a client sends
 * against a schema. PROGRAM is its User-Agent, with _ for what is no letter or digit. A file that cannot be written is not there.
 */
void keep_request(const char *dir, int64_t time_ns, const struct http_request *rq);

#endif
