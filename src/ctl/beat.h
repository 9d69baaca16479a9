#ifndef CTL_BEAT_H
#define CTL_BEAT_H

/* A hub whose heartbeat comes every `ms` milliseconds; a test cannot wait for the usual 10 s. */
struct ctl_hub *hub_new_beating(int ms);

#endif
