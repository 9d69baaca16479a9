#ifndef APP_GUARD_H
#define APP_GUARD_H

struct accounts;
struct places;

/*
 * Confines the daemon (confine.h) to what it needs: its data, cache and sockets, the mount, the configuration and the
 * certificates it names, Kerberos tickets, and the system. What cannot be had is logged: a mount that works unguarded is
 * better than none. After mounting, before threads.
 */
void guard_daemon(const struct places *p, const char *config_path, const char *mountpoint, struct accounts *a);

#endif
