/* The server's memory. Times are seconds since 1970 UTC unless they say otherwise. */

-- S_JOURNAL
PRAGMA journal_mode = WAL

-- S_SYNC
PRAGMA synchronous = NORMAL

-- S_META
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID

-- S_SITE
CREATE TABLE IF NOT EXISTS site (
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL UNIQUE, /* "/sites/team"; "" for the root */
	title TEXT NOT NULL,
	web TEXT NOT NULL,         /* GUIDs in braces, upper case, as everywhere here */
	scope TEXT NOT NULL,
	created INTEGER NOT NULL
)

-- S_BAG
CREATE TABLE IF NOT EXISTS site_bag (
	site INTEGER PRIMARY KEY,
	props BLOB NOT NULL        /* pairs, as those of a list's bag */
)

-- S_PERSON
CREATE TABLE IF NOT EXISTS person (
	id INTEGER PRIMARY KEY,
	login TEXT NOT NULL UNIQUE COLLATE NOCASE,
	name TEXT NOT NULL,
	email TEXT NOT NULL,
	title TEXT NOT NULL
)

-- S_LIST
CREATE TABLE IF NOT EXISTS list (
	id INTEGER PRIMARY KEY,
	site INTEGER NOT NULL,
	guid TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	description TEXT NOT NULL,
	template INTEGER NOT NULL,
	root TEXT NOT NULL,        /* "sites/team/Lists/Tasks": no slash in front */
	created INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	deleted INTEGER NOT NULL,  /* when an item was deleted last */
	version INTEGER NOT NULL,  /* of the schema */
	author INTEGER NOT NULL,
	next_item INTEGER NOT NULL,
	items INTEGER NOT NULL,
	view TEXT NOT NULL,        /* GUID of the default view */
	view_fields TEXT NOT NULL,
	props BLOB NOT NULL        /* pairs: List attributes that are not the usual ones */
)

-- S_FIELD
CREATE TABLE IF NOT EXISTS field (
	list INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	xml TEXT NOT NULL,
	PRIMARY KEY (list, seq)
) WITHOUT ROWID

-- S_CTYPE
CREATE TABLE IF NOT EXISTS ctype (
	list INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	xml TEXT NOT NULL,
	PRIMARY KEY (list, seq)
) WITHOUT ROWID

-- S_ITEM
CREATE TABLE IF NOT EXISTS item (
	list INTEGER NOT NULL,
	id INTEGER NOT NULL,
	bin INTEGER NOT NULL,         /* 1: in the recycle bin */
	version INTEGER NOT NULL,     /* owshiddenversion */
	ui INTEGER NOT NULL,          /* _UIVersion: 512 a major version */
	uid TEXT NOT NULL,            /* UniqueId */
	guid TEXT NOT NULL,
	created INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	author INTEGER NOT NULL,
	editor INTEGER NOT NULL,
	folder INTEGER NOT NULL,      /* FSObjType */
	dir TEXT NOT NULL,            /* FileDirRef */
	leaf TEXT NOT NULL,           /* FileLeafRef */
	ctype TEXT NOT NULL,
	moderation INTEGER NOT NULL,
	ord REAL NOT NULL,
	size INTEGER NOT NULL,        /* bytes of a document */
	doc_modified INTEGER NOT NULL,/* of the document or the path, not of the columns */
	attachments INTEGER NOT NULL,
	vals BLOB NOT NULL,           /* pairs: columns in stored form */
	bag BLOB NOT NULL,            /* pairs: property -> "TT|value" */
	PRIMARY KEY (list, id)
) WITHOUT ROWID

-- S_ITEM_DIR
CREATE UNIQUE INDEX IF NOT EXISTS item_path ON item (list, dir COLLATE NOCASE, leaf COLLATE NOCASE)
WHERE bin = 0

-- S_CHANGE
CREATE TABLE IF NOT EXISTS change (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	list INTEGER NOT NULL,
	time INTEGER NOT NULL,  /* ticks of 100 ns since the year 1, as change tokens count */
	item INTEGER NOT NULL,  /* 0: the list itself */
	kind TEXT NOT NULL CHECK (kind IN ('Add', 'Update', 'Delete', 'MoveAway', 'Restore', 'SystemUpdate',
		'Rename', 'Schema', 'RestoreList')),
	uid TEXT NOT NULL,
	client TEXT NOT NULL    /* vti_clientid of the item */
)

-- S_CHANGE_LIST
CREATE INDEX IF NOT EXISTS change_list ON change (list, seq)

-- S_ATTACHMENT
CREATE TABLE IF NOT EXISTS attachment (
	list INTEGER NOT NULL,
	item INTEGER NOT NULL,
	name TEXT NOT NULL COLLATE NOCASE,
	guid TEXT NOT NULL,
	version INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	content BLOB NOT NULL,
	PRIMARY KEY (list, item, name)
) WITHOUT ROWID

-- S_REVISION
CREATE TABLE IF NOT EXISTS revision (
	list INTEGER NOT NULL,
	item INTEGER NOT NULL,
	version INTEGER NOT NULL, /* owshiddenversion that it was; 0: before it was checked out */
	ui INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	editor INTEGER NOT NULL,
	vals BLOB NOT NULL,
	PRIMARY KEY (list, item, version)
) WITHOUT ROWID

-- S_CONTENT
CREATE TABLE IF NOT EXISTS content (
	list INTEGER NOT NULL,
	item INTEGER NOT NULL,
	version INTEGER NOT NULL, /* owshiddenversion that it came with */
	ui INTEGER NOT NULL,      /* _UIVersion then */
	at INTEGER NOT NULL,      /* place in the heap */
	size INTEGER NOT NULL,
	PRIMARY KEY (list, item, version)
) WITHOUT ROWID
