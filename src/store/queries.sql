/*
 * Every statement that spfs runs, by name; ?N are bound in order by stmt_ask().
 * "slow" marks those that walk a whole table or sort, and why that is all right.
 * Statements that read the same thing name the same columns in the same order.
 */

-- BEGIN
BEGIN IMMEDIATE
-- BEGIN_READ
BEGIN
-- COMMIT
COMMIT
-- ROLLBACK
ROLLBACK
-- WAL
PRAGMA journal_mode = WAL
-- VERSION
PRAGMA user_version
-- APPLICATION
PRAGMA application_id
-- TABLES slow
/* once at start */
SELECT count(*) FROM sqlite_schema
-- CHECK
PRAGMA integrity_check(1)

-- LIST_ADD
INSERT INTO lists (site, guid, name, root, state, perm, last_sync, min_minutes, recommended_seconds, generation, info,
                   format)
VALUES (?1, ?2, ?3, 0, ?4, ?5, 0, 0, 0, 0, ?6, ?7)
-- LIST_SET_ROOT
UPDATE lists SET root = ?2 WHERE id = ?1
-- LIST_GET
SELECT id, site, name, root, state, token, perm_text, perm, last_sync, min_minutes, recommended_seconds, generation,
       error, info, format
FROM lists WHERE id = ?1
-- LIST_FIND
SELECT id, site, name, root, state, token, perm_text, perm, last_sync, min_minutes, recommended_seconds, generation,
       error, info, format
FROM lists WHERE name = ?1
-- LIST_FIND_GUID
SELECT id, site, name, root, state, token, perm_text, perm, last_sync, min_minutes, recommended_seconds, generation,
       error, info, format
FROM lists WHERE site = ?1 AND guid = ?2
-- LIST_EACH slow
/* dozens of rows */
SELECT id, site, name, root, state, token, perm_text, perm, last_sync, min_minutes, recommended_seconds, generation,
       error, info, format
FROM lists ORDER BY name
-- LIST_PUT
UPDATE lists SET guid = ?2, state = ?3, token = ?4, perm_text = ?5, perm = ?6, last_sync = ?7, min_minutes = ?8,
       recommended_seconds = ?9, generation = ?10, error = ?11, info = ?12, format = ?13
WHERE id = ?1
-- LIST_DELETE
DELETE FROM lists WHERE id = ?1
-- LIST_DELETE_FORMS
DELETE FROM forms WHERE item IN (SELECT id FROM items WHERE list = ?1)
-- LIST_DELETE_ITEMS
DELETE FROM items WHERE list = ?1
-- LIST_DELETE_TEXTS
DELETE FROM texts WHERE ino IN (SELECT ino FROM nodes WHERE list = ?1)
-- LIST_DELETE_NODES
DELETE FROM nodes WHERE list = ?1
-- LIST_DELETE_VACANCIES
DELETE FROM vacancies WHERE list = ?1
-- LIST_DELETE_JOURNAL
DELETE FROM journal WHERE list = ?1

-- ITEM_GET
SELECT id, list, generation, base, since, owner, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified,
       size, fields
FROM items WHERE id = ?1
-- ITEM_FIND
SELECT id, list, generation, base, since, owner, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified,
       size, fields
FROM items WHERE list = ?1 AND sp_id = ?2
-- ITEM_FIND_NEW
SELECT id, list, generation, base, since, owner, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified,
       size, fields
FROM items WHERE list = ?1 AND replication_id = ?2 AND sp_id IS NULL ORDER BY id LIMIT 1
-- ITEM_FIND_UNSENT
SELECT id, list, generation, base, since, owner, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified,
       size, fields
FROM items WHERE list = ?1 AND path = ?2 AND sp_id IS NULL ORDER BY id LIMIT 1
-- ITEM_FIND_REPLICATION
SELECT id FROM items WHERE list = ?1 AND replication_id = ?2 AND sp_id IS NOT NULL LIMIT 1
-- ITEM_EACH
SELECT id, list, generation, base, since, owner, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified,
       size, fields
FROM items WHERE list = ?1 AND owner IS NULL ORDER BY id
-- ITEM_EACH_ALL slow
/* asked for */
SELECT id, list, generation, base, since, owner, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified,
       size, fields
FROM items WHERE owner IS NULL ORDER BY id
-- ITEM_ATTACHED
SELECT id, list, generation, base, since, owner, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified,
       size, fields
FROM items WHERE owner = ?1 ORDER BY id
-- ITEM_PEEK
SELECT id, version, generation FROM items WHERE list = ?1 AND sp_id = ?2
-- ITEM_FIND_FOLDER
/* of several the one that the server has: seen last, made last; max() gives the id of its row */
SELECT id, max(CASE WHEN sp_id IS NULL THEN -id ELSE (generation << 32) + sp_id END)
FROM items WHERE list = ?1 AND path = ?2 AND folder = 1 GROUP BY path
-- ITEM_ASTRAY
/* rtrim() takes the last name off a path */
SELECT i.id FROM items i INDEXED BY items_by_list JOIN nodes n ON n.item = i.id
WHERE i.list = ?1 AND i.id > ?2 AND i.sp_id > 0 AND n.name IS NOT NULL AND
  (n.kind = 'item' OR n.kind = 'document' OR n.kind = 'folder') AND
  EXISTS (SELECT 1 FROM items d JOIN nodes m ON m.item = d.id
    WHERE d.list = ?1 AND d.path = rtrim(rtrim(i.path, replace(i.path, '/', '')), '/') AND d.folder = 1 AND
      m.kind = 'folder' AND m.name IS NOT NULL) AND
  NOT EXISTS (SELECT 1 FROM nodes m JOIN items d ON d.id = m.item
    WHERE m.ino = n.parent AND d.path = rtrim(rtrim(i.path, replace(i.path, '/', '')), '/')) AND
  NOT EXISTS (SELECT 1 FROM journal j WHERE j.item = i.id)
ORDER BY i.id LIMIT ?3
-- ITEM_ADD
INSERT INTO items (id, list, generation, sp_id, version, unique_id, path, replication_id, folder, perm, created,
                   modified, size, fields, base, since, owner)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
-- ITEM_PUT
UPDATE items SET list = ?2, generation = ?3, sp_id = ?4, version = ?5, unique_id = ?6, path = ?7,
       replication_id = ?8, folder = ?9, perm = ?10, created = ?11, modified = ?12, size = ?13, fields = ?14, base = ?15,
       since = ?16, owner = ?17
WHERE id = ?1
-- ITEM_PUT_KEPT
/* the same when nothing changes that an index holds, which SQLite would write again all the same */
UPDATE items SET version = ?5, unique_id = ?6, perm = ?10, created = ?11, modified = ?12, size = ?13, fields = ?14,
       base = ?15, since = ?16
WHERE id = ?1 AND list = ?2 AND generation = ?3 AND sp_id IS ?4 AND path IS ?7 AND replication_id IS ?8 AND folder = ?9
  AND owner IS ?17
-- ITEM_MARK
UPDATE items SET generation = ?2 WHERE id = ?1 AND generation <> ?2
-- ITEM_DELETE
DELETE FROM items WHERE id = ?1
-- FORM_GET
SELECT master, uid, extras FROM forms WHERE item = ?1
-- FORM_PUT
INSERT OR REPLACE INTO forms (item, list, master, uid, extras) VALUES (?1, ?2, ?3, ?4, ?5)
-- FORM_DELETE
DELETE FROM forms WHERE item = ?1
-- FORM_FIND_UID
SELECT item FROM forms WHERE list = ?1 AND uid = ?2 LIMIT 1
-- FORM_OF_MASTER
SELECT item FROM forms WHERE list = ?1 AND master = ?2 ORDER BY item
-- ITEM_STALE
SELECT id FROM items WHERE list = ?1 AND generation < ?2 AND sp_id > 0 ORDER BY id LIMIT ?3
-- ITEM_KEYS
SELECT id, sp_id FROM items INDEXED BY items_by_list WHERE list = ?1 AND id > ?2 AND sp_id > 0
ORDER BY id LIMIT ?3
-- ITEM_COUNT
SELECT count(*) FROM items WHERE list = ?1 AND owner IS NULL

-- NODE_GET
SELECT ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error
FROM nodes WHERE ino = ?1
-- NODE_LOOKUP
SELECT ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error
FROM nodes WHERE parent = ?1 AND name = ?2
-- NODE_OF_ITEM
SELECT ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error
FROM nodes WHERE item = ?1 AND kind IN ('folder', 'item', 'document') ORDER BY name IS NULL, ino LIMIT 1
-- NODE_ATTACHMENTS
SELECT ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error
FROM nodes WHERE item = ?1 AND kind = 'attachments' LIMIT 1
-- NODE_HAS_ATTACHED
SELECT 1 FROM nodes AS dir JOIN nodes AS file ON file.parent = dir.ino AND file.name IS NOT NULL AND file.kind <> 'ghost'
WHERE dir.parent = ?1 AND dir.name IS NOT NULL AND dir.kind <> 'ghost' LIMIT 1
-- NODE_CHILDREN
SELECT ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error
FROM nodes WHERE parent = ?1 AND ino > ?2 AND name IS NOT NULL AND kind <> 'ghost' ORDER BY ino
-- NODE_BETWEEN
SELECT ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error
FROM nodes WHERE parent = ?1 AND name >= ?2 AND name < ?3 AND kind <> 'ghost' ORDER BY name
-- NODE_HAS_CHILDREN
SELECT 1 FROM nodes INDEXED BY nodes_listed WHERE parent = ?1 AND name IS NOT NULL AND kind <> 'ghost' LIMIT 1
-- NODE_ERRORS
SELECT ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error
FROM nodes INDEXED BY nodes_wrong WHERE error IS NOT NULL AND (?1 = 0 OR list = ?1) ORDER BY ino
-- NODE_COUNT
SELECT count(*) FROM nodes WHERE list = ?1 AND kind = ?2
-- NODE_COUNT_ALL slow
/* walks lists, dozens of rows, and counts in an index */
SELECT count(*) FROM lists CROSS JOIN nodes ON nodes.list = lists.id WHERE nodes.kind = ?1
-- NODE_ADD
INSERT INTO nodes (ino, list, parent, name, kind, item, mode, size, mtime, ctime, version, expires, target, error)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
-- NODE_PUT
UPDATE nodes SET list = ?2, parent = ?3, name = ?4, kind = ?5, item = ?6, mode = ?7, size = ?8, mtime = ?9, ctime = ?10,
       version = ?11, expires = ?12, target = ?13, error = ?14
WHERE ino = ?1
-- NODE_PUT_KEPT
/* as ITEM_PUT_KEPT */
UPDATE nodes SET mode = ?7, size = ?8, mtime = ?9, ctime = ?10, version = ?11, target = ?13
WHERE ino = ?1 AND list = ?2 AND parent = ?3 AND name IS ?4 AND kind = ?5 AND item IS ?6 AND expires = ?12
  AND error IS ?14
-- NODE_DELETE
DELETE FROM nodes WHERE ino = ?1
-- NODE_DROP_GHOST
DELETE FROM nodes WHERE parent = ?1 AND name = ?2 AND kind = 'ghost'
-- NODE_DROP_GHOSTS
DELETE FROM nodes WHERE item = ?1 AND kind = 'ghost'
-- NODE_DROP_EXPIRED
DELETE FROM nodes WHERE expires > 0 AND expires < ?1 AND kind = 'ghost'
-- NODE_TOUCH
UPDATE nodes SET mtime = ?2, ctime = ?2 WHERE ino = ?1

-- TEXT_GET
SELECT state, since, base, content FROM texts WHERE ino = ?1
-- TEXT_PUT
INSERT OR REPLACE INTO texts (ino, state, since, base, content) VALUES (?1, ?2, ?3, ?4, ?5)
-- TEXT_DELETE
DELETE FROM texts WHERE ino = ?1
-- TEXT_MOVE
UPDATE texts SET ino = ?2 WHERE ino = ?1
-- TEXT_EACH
SELECT ino FROM texts WHERE state = ?1 ORDER BY ino

-- BLOB_FIND
SELECT items.version, items.size, blobs.size, blobs.etag
FROM items LEFT JOIN blobs ON blobs.item = items.id AND blobs.version = items.version WHERE items.id = ?1
-- BLOB_GET
SELECT version, size FROM blobs WHERE item = ?1
-- BLOB_HAS
SELECT 1 FROM blobs WHERE item = ?1 AND version = ?2
-- BLOB_DROP_GONE slow
/* once at start */
DELETE FROM blobs WHERE item NOT IN (SELECT id FROM items)
-- BLOB_TOTAL slow
/* once at start */
SELECT ifnull(sum(size), 0) FROM blobs
-- BLOB_PUT
INSERT INTO blobs (item, version, etag, size, used) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (item) DO UPDATE SET version = ?2, etag = ?3, size = ?4, used = ?5
-- BLOB_USED
UPDATE blobs SET used = ?2 WHERE item = ?1 AND used < ?2
-- BLOB_PIN
UPDATE blobs SET pinned = ?2 WHERE item = ?1
-- BLOB_OLDEST
SELECT item, version, size FROM blobs WHERE pinned = 0 AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.item = blobs.item)
ORDER BY used
-- BLOB_FOLLOW
UPDATE blobs SET version = ?3, etag = NULL WHERE item = ?1 AND version = ?2
-- BLOB_DELETE
DELETE FROM blobs WHERE item = ?1

-- PIN_SET
INSERT OR IGNORE INTO pins (ino) VALUES (?1)
-- PIN_CLEAR
DELETE FROM pins WHERE ino = ?1
-- PIN_MOVE
UPDATE pins SET ino = ?2 WHERE ino = ?1
-- PIN_TIDY slow
/* pins are few, and this is when one is set */
DELETE FROM pins WHERE ino NOT IN (SELECT ino FROM nodes)
-- PIN_EACH slow
/* when somebody asks */
SELECT ino FROM pins
-- PIN_ABOVE slow
/* walks as many rows as the path has names */
WITH RECURSIVE up (ino) AS (SELECT ?1 UNION ALL SELECT nodes.parent FROM up JOIN nodes ON nodes.ino = up.ino
  WHERE nodes.parent > 0)
SELECT 1 FROM up JOIN pins ON pins.ino = up.ino
-- PIN_MISSING slow
/* walks what is pinned; once a pull */
WITH RECURSIVE down (ino) AS (SELECT ino FROM pins UNION SELECT nodes.ino FROM down
  JOIN nodes ON nodes.parent = down.ino AND nodes.name IS NOT NULL AND nodes.kind <> 'ghost')
SELECT items.id FROM down JOIN nodes ON nodes.ino = down.ino JOIN items ON items.id = nodes.item
  LEFT JOIN blobs ON blobs.item = items.id AND blobs.version = items.version
WHERE nodes.kind = 'document' AND nodes.list = ?1 AND items.sp_id IS NOT NULL AND blobs.item IS NULL
-- PIN_BLOBS slow
/* when a pin is set or taken away */
UPDATE blobs SET pinned = item IN (WITH RECURSIVE down (ino) AS (SELECT ino FROM pins UNION SELECT nodes.ino FROM down
  JOIN nodes ON nodes.parent = down.ino AND nodes.name IS NOT NULL AND nodes.kind <> 'ghost')
SELECT nodes.item FROM down JOIN nodes ON nodes.ino = down.ino WHERE nodes.item IS NOT NULL)
-- PIN_KEEP slow
/* once a pull, when something is pinned */
UPDATE blobs SET pinned = 1 WHERE pinned = 0 AND item IN (WITH RECURSIVE down (ino) AS (SELECT ino FROM pins UNION SELECT nodes.ino FROM down
  JOIN nodes ON nodes.parent = down.ino AND nodes.name IS NOT NULL AND nodes.kind <> 'ghost')
SELECT nodes.item FROM down JOIN nodes ON nodes.ino = down.ino WHERE nodes.item IS NOT NULL)
-- PERSON_PUT
INSERT INTO people (site, id, text) VALUES (?1, ?2, ?3)
ON CONFLICT (site, id) DO UPDATE SET text = ?3 WHERE text <> ?3
-- PERSON_GET
SELECT text FROM people WHERE site = ?1 AND id = ?2

-- VACANCY_PUT
INSERT OR REPLACE INTO vacancies (parent, name, item, list, reason, due) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
-- VACANCY_FIND
SELECT parent, name, item, list, reason, due FROM vacancies WHERE parent = ?1 AND name = ?2
-- VACANCY_OF_ITEM
SELECT parent, name, item, list, reason, due FROM vacancies WHERE item = ?1 LIMIT 1
-- VACANCY_DELETE
DELETE FROM vacancies WHERE parent = ?1 AND name = ?2
-- VACANCY_EACH
SELECT parent, name, item, list, reason, due FROM vacancies WHERE due <= ?1 ORDER BY due
-- VACANCY_COUNT
SELECT count(*) FROM vacancies WHERE list = ?1 AND NOT EXISTS (
  SELECT 1 FROM journal WHERE journal.item = vacancies.item AND journal.state IN ('queued', 'sending', 'unsure'))
-- VACANCY_NEXT
SELECT min(due) FROM vacancies

-- JOURNAL_ADD
INSERT INTO journal (id, list, item, state, op, replication_id, folder, leaf, fields, created, touched, tries,
                     server_code, reason, name, file, size, base, etag, due, lost)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
-- JOURNAL_PUT
UPDATE journal SET list = ?2, item = ?3, state = ?4, op = ?5, replication_id = ?6, folder = ?7, leaf = ?8, fields = ?9,
       created = ?10, touched = ?11, tries = ?12, server_code = ?13, reason = ?14, name = ?15,
       file = ?16, size = ?17, base = ?18, etag = ?19, due = ?20, lost = ?21
WHERE id = ?1
-- JOURNAL_DELETE
DELETE FROM journal WHERE id = ?1
-- JOURNAL_GET
SELECT id, list, item, state, op, replication_id, folder, leaf, fields, created, touched, tries, server_code, reason,
       name, file, size, base, etag, due, lost
FROM journal WHERE id = ?1
-- JOURNAL_OF_ITEM
SELECT id, list, item, state, op, replication_id, folder, leaf, fields, created, touched, tries, server_code, reason,
       name, file, size, base, etag, due, lost
FROM journal WHERE item = ?1 ORDER BY id
-- JOURNAL_OF_LIST
SELECT id, list, item, state, op, replication_id, folder, leaf, fields, created, touched, tries, server_code, reason,
       name, file, size, base, etag, due, lost
FROM journal WHERE list = ?1 ORDER BY id
-- JOURNAL_ALL slow
/* asked for */
SELECT id, list, item, state, op, replication_id, folder, leaf, fields, created, touched, tries, server_code, reason,
       name, file, size, base, etag, due, lost
FROM journal ORDER BY id
-- JOURNAL_COUNT
SELECT count(*) FROM journal WHERE state = ?2 AND (?1 = 0 OR list = ?1)
-- JOURNAL_HAS
SELECT 1 FROM journal WHERE item = ?1 LIMIT 1
-- JOURNAL_UNSURE
UPDATE journal SET state = 'unsure', lost = lost OR op = 'store' WHERE state = 'sending'
-- JOURNAL_RELEASE slow
/* once at start */
UPDATE journal SET due = 0 WHERE due <> 0
-- JOURNAL_BYTES
SELECT file, size, base FROM journal WHERE item = ?1 AND op = 'store' ORDER BY id DESC LIMIT 1
-- JOURNAL_FILE
SELECT file FROM journal WHERE id = ?1 AND file IS NOT NULL
-- JOURNAL_NAMES
SELECT 1 FROM journal WHERE file = ?1
-- UNSAVED_NAMES
SELECT 1 FROM unsaved WHERE file = ?1

-- UNSAVED_PUT
INSERT OR REPLACE INTO unsaved (ino, file, base, etag) VALUES (?1, ?2, ?3, ?4)
-- UNSAVED_GET
SELECT file, base, etag FROM unsaved WHERE ino = ?1
-- UNSAVED_MOVE
UPDATE unsaved SET ino = ?2 WHERE ino = ?1
-- UNSAVED_DELETE
DELETE FROM unsaved WHERE ino = ?1
-- UNSAVED_EACH slow
/* once at start */
SELECT ino FROM unsaved ORDER BY ino

-- STAGE_ADD
INSERT INTO stage (sp_id, version, unique_id, path, replication_id, folder, perm, created, modified, size, fields)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
-- STAGE_TAKE
SELECT number, sp_id, version, unique_id, path, replication_id, folder, perm, created, modified, size, fields
FROM stage WHERE number > ?1 ORDER BY number LIMIT ?2

-- SALVAGE_CHANGES slow
/* out of a database that may be damaged, and so are those that follow: each is another way through the pages */
SELECT id FROM journal ORDER BY id
-- SALVAGE_CHANGES_BACK slow
/* the same */
SELECT id FROM journal ORDER BY id DESC
-- SALVAGE_CHANGES_INDEX slow
/* the same */
SELECT id FROM journal INDEXED BY journal_by_state ORDER BY state
-- SALVAGE_TEXTS slow
/* the same */
SELECT ino FROM texts ORDER BY ino
-- SALVAGE_TEXTS_BACK slow
/* the same */
SELECT ino FROM texts ORDER BY ino DESC
-- SALVAGE_TEXTS_INDEX slow
/* the same */
SELECT ino FROM texts INDEXED BY texts_by_state ORDER BY state

-- FSCK_CHANGES_LOST slow
/* asked for by `spfs fsck`, and so are those that follow. Changes that nobody will send */
SELECT count(*) FROM journal WHERE NOT EXISTS (SELECT 1 FROM lists WHERE lists.id = journal.list)
   OR (op <> 'delete' AND NOT EXISTS (SELECT 1 FROM items WHERE items.id = journal.item))
-- FSCK_CHANGES_TWICE slow
/* new items that are on the server already: sent, they would be there twice */
SELECT count(*) FROM journal JOIN items ON items.id = journal.item
WHERE journal.op IN ('new', 'new folder') AND items.sp_id IS NOT NULL
-- FSCK_NODES_LOST slow
/* names in a directory that is not there */
SELECT count(*) FROM nodes WHERE name IS NOT NULL AND ino <> 1
   AND NOT EXISTS (SELECT 1 FROM nodes AS up WHERE up.ino = nodes.parent)
-- FSCK_NODES_EMPTY
/* files of items that are not there */
SELECT count(*) FROM nodes WHERE kind IN ('item', 'folder', 'document', 'ghost') AND item IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM items WHERE items.id = nodes.item)
-- FSCK_ITEMS_HIDDEN slow
/* items that no file shows and that nothing waits for; an exception is in the file of its series */
SELECT count(*) FROM items WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.item = items.id)
   AND NOT EXISTS (SELECT 1 FROM forms WHERE forms.item = items.id AND forms.master IS NOT NULL)
   AND NOT EXISTS (SELECT 1 FROM vacancies WHERE vacancies.item = items.id)
   AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.item = items.id)
-- FSCK_TEXTS_LOST slow
/* bytes without a file; only what nobody wrote is taken away */
SELECT count(*) FROM texts WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.ino = texts.ino) AND state <> 'kept'
-- FSCK_TEXTS_USELESS
DELETE FROM texts WHERE NOT EXISTS (SELECT 1 FROM nodes WHERE nodes.ino = texts.ino) AND state = 'kept'
-- FSCK_VACANCIES_USELESS slow
DELETE FROM vacancies WHERE NOT EXISTS (SELECT 1 FROM items WHERE items.id = vacancies.item)
-- FSCK_GHOSTS_USELESS
DELETE FROM nodes WHERE kind = 'ghost' AND item IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM items WHERE items.id = nodes.item)
-- FSCK_SCRATCH slow
SELECT ino FROM nodes WHERE kind = 'scratch' AND size > 0
