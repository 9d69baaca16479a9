#ifndef CTL_SERVE_H
#define CTL_SERVE_H

struct ctl_server_config;

/*
 * Receives the request of a connection, carries it out and sends the answer. Blocks as
 * long as that takes. begin_stream is asked once before an answer that may last for ever:
 * 0, or a negative errno that refuses it. The descriptor stays the caller's.
 */
void serve_connection(const struct ctl_server_config *c, int fd, int (*begin_stream)(void *arg), void *arg);

#endif
