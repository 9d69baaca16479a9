#ifndef DEMO_WSDL_H
#define DEMO_WSDL_H

struct buf;

/* The service description of every operation that this product version has, at this address. */
void wsdl_write(int version, const char *address, struct buf *out);

#endif
