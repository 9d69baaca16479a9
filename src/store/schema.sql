/*
 * The database, version 1. Each headed part is a script that stmt.c runs by its
 * name. Times called "ns" are nanoseconds since 1970, wall clock. Numbers that
 * may be missing are NULL here and 0 in C, so that partial indexes can leave
 * them out.
 */

-- CONNECTION
/*
 * What each connection to spfs.db is told. The cache is small because there is
 * one per thread; what it misses the kernel's page cache has. No mmap: a disk
 * error would be a SIGBUS, and the whole file would count as our memory. Sorting
 * and statement journals are small and need no directory for temporary files.
 */
PRAGMA synchronous = FULL;
PRAGMA cache_size = -1024;
PRAGMA journal_size_limit = 33554432;
PRAGMA temp_store = MEMORY;
PRAGMA secure_delete = OFF;
PRAGMA trusted_schema = OFF;

-- LAZY
/* For a transaction of store_begin_lazy(): the log is synchronised with the next one that is not, or at a checkpoint. */
PRAGMA synchronous = NORMAL;

-- DURABLE
PRAGMA synchronous = FULL;

-- STAGE
/*
 * A thread's stage: a file of its own that has no name any more. All of its life
 * is one transaction that is never committed, which keeps small stages in memory
 * and lets big ones spill into the file. Its journal stays empty, because no page
 * is older than the transaction.
 */
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -2048;
PRAGMA temp_store = MEMORY;
BEGIN;
CREATE TABLE stage (
  number INTEGER PRIMARY KEY,    /* order of arrival, from 1 */
  sp_id INTEGER,                 /* as in items, also all that follow */
  version INTEGER NOT NULL,
  unique_id TEXT,
  path TEXT,
  replication_id TEXT,
  folder INTEGER NOT NULL,
  perm INTEGER NOT NULL,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  size INTEGER NOT NULL,
  fields BLOB NOT NULL
) STRICT;

-- SCHEMA
/* From nothing to version 1. */
PRAGMA application_id = 1936746099; /* "spfs" */
PRAGMA user_version = 1;

/* The registered lists and libraries. */
CREATE TABLE lists (
  id INTEGER PRIMARY KEY AUTOINCREMENT, /* never reused */
  site TEXT NOT NULL,            /* URL of the web, no slash at the end */
  guid TEXT NOT NULL,            /* of the list on that site, "{GUID}" upper case */
  name TEXT NOT NULL UNIQUE,     /* of its directory in the root */
  root INTEGER NOT NULL,         /* nodes.ino of its directory */
  state TEXT NOT NULL CHECK (state IN ('new', 'ok', 'gone', 'forbidden')), /* enum store_list_state */
  token TEXT,                    /* change token of the last complete pull; NULL: none */
  perm_text TEXT,                /* EffectivePermMask as the server sent it */
  perm INTEGER NOT NULL,         /* the same as bits */
  last_sync INTEGER NOT NULL,    /* ns, end of the last successful pull; 0: never */
  min_minutes INTEGER NOT NULL,  /* MinTimeBetweenSyncs */
  recommended_seconds INTEGER NOT NULL, /* RecommendedTimeBetweenSyncs */
  generation INTEGER NOT NULL,   /* of the last full pull; see items.generation */
  error TEXT,                    /* why the last sync failed; NULL: it did not */
  info BLOB NOT NULL,            /* list_pack(): description and columns as the server sent them last */
  UNIQUE (site, guid)
) STRICT;

/* One row an item; whatever no query asks for stands in one blob. */
CREATE TABLE items (
  id INTEGER PRIMARY KEY AUTOINCREMENT, /* local, never reused */
  list INTEGER NOT NULL,         /* lists.id */
  sp_id INTEGER,                 /* ows_ID; NULL: not on the server yet */
  generation INTEGER NOT NULL,   /* of the last full pull that saw it; an older one means: gone from the server */
  version INTEGER NOT NULL,      /* owshiddenversion */
  unique_id TEXT,                /* "{GUID}" */
  path TEXT,                     /* server-relative, no leading slash */
  replication_id TEXT,           /* "{GUID}" upper case */
  folder INTEGER NOT NULL CHECK (folder IN (0, 1)), /* FSObjType */
  perm INTEGER NOT NULL,         /* PermMask as bits */
  created INTEGER NOT NULL,      /* seconds since 1970 */
  modified INTEGER NOT NULL,     /* seconds since 1970 */
  size INTEGER NOT NULL,         /* of a document in bytes, else -1 */
  fields BLOB NOT NULL,          /* values_pack(): what the user sees */
  base BLOB,                     /* values_pack(): the server's own, kept while they differ; else NULL */
  since INTEGER NOT NULL DEFAULT 0 /* of a document: the first version from which on only we have changed it */
) STRICT;
CREATE UNIQUE INDEX items_by_sp_id ON items (list, sp_id) WHERE sp_id IS NOT NULL;
/* A list's items by id; counting and looking for stale ones never touch the wide rows. */
CREATE INDEX items_by_list ON items (list, id, generation, sp_id);
CREATE INDEX items_new ON items (list, replication_id) WHERE sp_id IS NULL;
CREATE INDEX items_unsent ON items (list, path) WHERE sp_id IS NULL;
CREATE INDEX items_folders ON items (list, path) WHERE folder = 1;

/* Inodes and name slots of the mount. */
CREATE TABLE nodes (
  ino INTEGER PRIMARY KEY AUTOINCREMENT, /* never reused; 1 is the root */
  list INTEGER NOT NULL,         /* lists.id; 0: the root */
  parent INTEGER NOT NULL,       /* nodes.ino; 0: the root */
  name TEXT,                     /* in parent; NULL: in no directory */
  /* enum store_node_kind. Not with IN, which would build a tree of the words for every row. */
  kind TEXT NOT NULL CHECK (kind = 'item' OR kind = 'document' OR kind = 'folder' OR kind = 'ghost' OR
    kind = 'draft' OR kind = 'scratch' OR kind = 'scratch dir' OR kind = 'symlink' OR kind = 'list' OR kind = 'root' OR
    kind = 'attachments'),
  item INTEGER,                  /* items.id that it shows; NULL: none */
  mode INTEGER NOT NULL,         /* permission bits */
  size INTEGER NOT NULL,         /* bytes, st_size */
  mtime INTEGER NOT NULL,        /* ns */
  ctime INTEGER NOT NULL,        /* ns */
  version INTEGER NOT NULL,      /* same number, same bytes */
  expires INTEGER NOT NULL,      /* ns after which a ghost is forgotten; 0 for others */
  target TEXT,                   /* of a symlink */
  error TEXT                     /* why its text is not on the server */
) STRICT;
CREATE UNIQUE INDEX nodes_by_name ON nodes (parent, name) WHERE name IS NOT NULL;
CREATE INDEX nodes_listed ON nodes (parent) WHERE name IS NOT NULL AND kind <> 'ghost';
/* A node that has a name comes before those that lost theirs. */
CREATE INDEX nodes_by_item ON nodes (item, name IS NULL) WHERE item IS NOT NULL;
CREATE INDEX nodes_by_list ON nodes (list, kind);
CREATE INDEX nodes_wrong ON nodes (ino) WHERE error IS NOT NULL;
CREATE INDEX nodes_expiring ON nodes (expires) WHERE expires > 0;
INSERT INTO nodes (ino, list, parent, name, kind, mode, size, mtime, ctime, version, expires)
  SELECT 1, 0, 0, NULL, 'root', 365 /* 0555 */, 0, now, now, 0, 0
  FROM (SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000000000 AS now);

/* Bytes of files where they are not the rendering of the item. */
CREATE TABLE texts (
  ino INTEGER PRIMARY KEY,       /* nodes.ino */
  state TEXT NOT NULL CHECK (state IN ('open', 'draft', 'kept')), /* enum store_text_state */
  since INTEGER NOT NULL,        /* ns */
  base BLOB,                     /* values_pack(): what the writer had read; NULL: not known */
  content BLOB NOT NULL
) STRICT;
CREATE INDEX texts_by_state ON texts (state);

/* Documents that a writer has flushed and not closed: what is in unsent/FILE becomes a change at release or at the
 * next start. */
CREATE TABLE unsaved (
  ino INTEGER PRIMARY KEY,       /* nodes.ino */
  file TEXT NOT NULL,
  base INTEGER NOT NULL,         /* as in journal, and etag */
  etag TEXT
) STRICT;

CREATE INDEX unsaved_by_file ON unsaved (file);

/* Contents of documents that stand in the cache's directory as ITEM-VERSION. */
CREATE TABLE blobs (
  item INTEGER PRIMARY KEY,      /* items.id */
  version INTEGER NOT NULL,      /* items.version that they are the bytes of */
  etag TEXT,                     /* as the server gave it with them */
  size INTEGER NOT NULL,         /* bytes */
  used INTEGER NOT NULL,         /* ns, about */
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1))
) STRICT;
CREATE INDEX blobs_by_use ON blobs (used, item, version, size) WHERE pinned = 0;

/* What is to be here always: these files, and all documents below these directories. */
CREATE TABLE pins (
  ino INTEGER PRIMARY KEY        /* nodes.ino */
) STRICT;

/* Who is who on a site, by the id in its User Information List. */
CREATE TABLE people (
  site TEXT NOT NULL,            /* as lists.site */
  id INTEGER NOT NULL,
  text TEXT NOT NULL,            /* "Name,#login,#email,#sip,#Title" */
  PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;

/* Slots whose item waits to be put back or deleted. */
CREATE TABLE vacancies (
  parent INTEGER NOT NULL,       /* nodes.ino */
  name TEXT NOT NULL,
  item INTEGER NOT NULL,         /* items.id */
  list INTEGER NOT NULL,         /* lists.id */
  reason TEXT NOT NULL CHECK (reason IN ('unlink', 'moved')), /* enum store_vacancy_reason */
  due INTEGER NOT NULL,          /* ns, when the grace is over */
  PRIMARY KEY (parent, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX vacancies_by_item ON vacancies (item);
CREATE INDEX vacancies_by_due ON vacancies (due);
CREATE INDEX vacancies_by_list ON vacancies (list);

/* What the user did and the server has not accepted yet. */
CREATE TABLE journal (
  id INTEGER PRIMARY KEY AUTOINCREMENT, /* order of the changes, never reused */
  list INTEGER NOT NULL,         /* lists.id */
  item INTEGER NOT NULL,         /* items.id, also when that row is gone */
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'unsure', 'sent', 'refused')), /* enum store_change_state */
  op TEXT NOT NULL CHECK (op IN ('new', 'new folder', 'update', 'delete', 'store', 'move',
    'check out', 'check in', 'undo check out')), /* enum change_op */
  replication_id TEXT,           /* of a new item: tells whether it arrived */
  folder TEXT,                   /* where a new item is to be made; NULL: in the list's root */
  leaf TEXT,                     /* name of a new folder */
  fields BLOB NOT NULL,          /* values_pack(): what changes */
  created INTEGER NOT NULL,      /* ns of the first local change folded in */
  touched INTEGER NOT NULL,      /* ns of the last one */
  tries INTEGER NOT NULL,        /* times sent */
  server_code INTEGER NOT NULL,  /* of the last refusal; 0: none */
  reason TEXT,                   /* the server's words or ours */
  name TEXT,                     /* of the file when the change was made, for outbox/ */
  file TEXT,                     /* bytes to be stored: unsent/FILE; NULL: none */
  size INTEGER NOT NULL,         /* how many, also the next: struct change_content */
  base INTEGER NOT NULL,         /* items.version that they were made from; 0: a new document */
  etag TEXT,                     /* the server's word for that version, or for what was stored */
  due INTEGER NOT NULL,          /* ns before which it is not sent */
  lost INTEGER NOT NULL CHECK (lost IN (0, 1)) /* it was sent, and the answer was lost */
) STRICT;
CREATE INDEX journal_by_file ON journal (file) WHERE file IS NOT NULL;
CREATE INDEX journal_by_item ON journal (item);
CREATE INDEX journal_by_list ON journal (list);
CREATE INDEX journal_by_state ON journal (state, list);

-- SCHEMA_2
/* From version 1 to 2: items as files of other forms than text. */
PRAGMA user_version = 2;

ALTER TABLE lists ADD COLUMN format TEXT; /* view_format_is_name(): how its items are files; NULL: the list's own form */

/* What the file of an item is made of besides the item, of the few that have such a thing. */
CREATE TABLE forms (
  item INTEGER PRIMARY KEY,      /* items.id */
  list INTEGER NOT NULL,         /* lists.id */
  master INTEGER,                /* items.id whose file shows it; below 0: the ID on the server of one that is not here */
  uid TEXT,                      /* under which a tool made it; NULL: as the item says */
  extras TEXT                    /* lines that SharePoint has no place for; NULL: none */
) STRICT;
/* Whether a ReplicationID is taken: a copied calendar file has that of the original. */
CREATE INDEX items_by_replication ON items (list, replication_id) WHERE replication_id IS NOT NULL AND sp_id IS NOT NULL;
CREATE INDEX forms_by_uid ON forms (list, uid) WHERE uid IS NOT NULL;
CREATE INDEX forms_by_master ON forms (list, master) WHERE master IS NOT NULL;

/*
 * An attachment is a row too: its number is below 0 once the server has it, its path is that of the file, and its version
 * counts what the list says of it (sync/attach.c).
 */
ALTER TABLE items ADD COLUMN owner INTEGER; /* items.id of the item that it is attached to; NULL: it is none */
CREATE INDEX items_attached ON items (owner) WHERE owner IS NOT NULL;
DROP INDEX items_by_list;
CREATE INDEX items_by_list ON items (list, id, generation, sp_id, owner);
