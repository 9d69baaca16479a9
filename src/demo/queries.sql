-- BEGIN_WORK
BEGIN IMMEDIATE

-- COMMIT_WORK
COMMIT

-- ROLLBACK_WORK
ROLLBACK

-- TEMPLATE_GET
SELECT base, feature, image, ctype, fields, view, page, view_fields, view_query, props, first, once, absent,
	folder
FROM template WHERE number = ?1

-- LAYOUT_GET
SELECT fields FROM layout WHERE name = ?1

-- CATALOGUE_GET
SELECT xml FROM catalogue WHERE key = ?1 AND ?2 BETWEEN first AND last

-- META_GET
SELECT value FROM meta WHERE key = ?1

-- META_PUT
INSERT OR REPLACE INTO meta VALUES (?1, ?2)

-- SITE_ADD
INSERT INTO site VALUES (NULL, ?1, ?2, ?3, ?4, ?5)

-- SITE_ALL slow
SELECT id, path, title, web, scope, created FROM site ORDER BY id

-- SITE_BAG_PUT
INSERT OR REPLACE INTO site_bag VALUES (?1, ?2)

-- SITE_BAG_GET
SELECT props FROM site_bag WHERE site = ?1

-- PERSON_ADD
INSERT INTO person VALUES (?1, ?2, ?3, ?4, ?5)

-- PERSON_ALL slow
SELECT id, login, name, email, title FROM person ORDER BY id

-- LIST_ADD
INSERT INTO list VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)

-- LIST_SAVE
UPDATE list SET title = ?2, description = ?3, modified = ?4, deleted = ?5, version = ?6, next_item = ?7,
	items = ?8, view_fields = ?9, props = ?10 WHERE id = ?1

-- LIST_DROP
DELETE FROM list WHERE id = ?1

-- LIST_ALL slow
SELECT id, site, guid, title, description, template, root, created, modified, deleted, version, author,
	next_item, items, view, view_fields, props FROM list ORDER BY id

-- FIELD_ADD
INSERT INTO field VALUES (?1, ?2, ?3)

-- FIELDS_OF
SELECT xml FROM field WHERE list = ?1 ORDER BY seq

-- FIELDS_DROP
DELETE FROM field WHERE list = ?1

-- CTYPE_ADD
INSERT INTO ctype VALUES (?1, ?2, ?3)

-- CTYPES_OF
SELECT xml FROM ctype WHERE list = ?1 ORDER BY seq

-- CTYPES_DROP
DELETE FROM ctype WHERE list = ?1

-- SITE_CTYPE_GET
SELECT id, name, grp, description, old_name, fields FROM site_ctype WHERE id = ?1

-- ITEM_PUT
INSERT OR REPLACE INTO item VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
	?18, ?19, ?20, ?21, ?22)

-- ITEM_GET
SELECT list, id, bin, version, ui, uid, guid, created, modified, author, editor, folder, dir, leaf, ctype,
	moderation, ord, size, doc_modified, attachments, vals, bag
FROM item WHERE list = ?1 AND id = ?2

-- ITEMS_UP
SELECT list, id, bin, version, ui, uid, guid, created, modified, author, editor, folder, dir, leaf, ctype,
	moderation, ord, size, doc_modified, attachments, vals, bag
FROM item WHERE list = ?1 AND id > ?2 ORDER BY id

-- ITEMS_DOWN
SELECT list, id, bin, version, ui, uid, guid, created, modified, author, editor, folder, dir, leaf, ctype,
	moderation, ord, size, doc_modified, attachments, vals, bag
FROM item WHERE list = ?1 AND id < ?2 ORDER BY id DESC

-- ITEM_BY_PATH
SELECT id FROM item WHERE list = ?1 AND dir = ?2 COLLATE NOCASE AND leaf = ?3 COLLATE NOCASE AND bin = 0

-- ITEMS_IN
SELECT id FROM item INDEXED BY item_path WHERE list = ?1 AND bin = 0 AND dir = ?2 COLLATE NOCASE
UNION ALL
SELECT id FROM item INDEXED BY item_path WHERE list = ?1 AND bin = 0
	AND dir > ?2 || '/' COLLATE NOCASE AND dir < ?2 || '0' COLLATE NOCASE

-- ITEMS_OF_DIR
SELECT list, id, bin, version, ui, uid, guid, created, modified, author, editor, folder, dir, leaf, ctype,
	moderation, ord, size, doc_modified, attachments, vals, bag
FROM item INDEXED BY item_path WHERE list = ?1 AND bin = 0 AND dir = ?2 COLLATE NOCASE

-- ITEMS_PURGE
DELETE FROM item WHERE list = ?1 AND bin = 1 AND (id = ?2 OR dir = ?3 COLLATE NOCASE
	OR (dir > ?3 || '/' COLLATE NOCASE AND dir < ?3 || '0' COLLATE NOCASE))

-- CHILD_COUNT
SELECT count(*) FROM item INDEXED BY item_path
WHERE list = ?1 AND dir = ?2 COLLATE NOCASE AND folder = ?3 AND bin = 0

-- LAST_REPLY
SELECT max(created), author FROM item INDEXED BY item_path WHERE list = ?1 AND dir = ?2 COLLATE NOCASE AND bin = 0

-- ITEMS_DROP
DELETE FROM item WHERE list = ?1

-- CHANGE_ADD
INSERT INTO change VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6)

-- CHANGE_FIRST
INSERT INTO change VALUES (?1, 0, ?2, 0, 'Schema', '', '')

-- CHANGE_BEFORE slow
SELECT seq, time FROM change WHERE time < ?1 OR seq <= ?2 ORDER BY seq DESC LIMIT 1

-- CHANGE_RANGE
SELECT (SELECT min(seq) FROM change), (SELECT max(seq) FROM change),
	(SELECT time FROM change WHERE seq > (SELECT min(seq) FROM change) ORDER BY seq LIMIT 1)

-- CHANGES_FORGET
DELETE FROM change WHERE seq < ?1

-- CHANGES_SINCE
SELECT seq, time, item, kind, uid, client FROM change WHERE list = ?1 AND seq > ?2 ORDER BY seq

-- CHANGE_LAST
SELECT seq, time FROM change WHERE seq = (SELECT max(seq) FROM change)

-- ATTACHMENT_PUT
INSERT OR REPLACE INTO attachment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- ATTACHMENT_GET
SELECT name, guid, version, modified, content FROM attachment WHERE list = ?1 AND item = ?2 AND name = ?3

-- ATTACHMENTS_OF
SELECT name, guid, version FROM attachment WHERE list = ?1 AND item = ?2 ORDER BY name

-- ATTACHMENT_DROP
DELETE FROM attachment WHERE list = ?1 AND item = ?2 AND name = ?3

-- ATTACHMENTS_DROP
DELETE FROM attachment WHERE list = ?1

-- REVISION_ADD
INSERT OR REPLACE INTO revision VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)

-- REVISIONS_OF
SELECT version, ui, modified, editor, vals FROM revision
WHERE list = ?1 AND item = ?2 AND version > 0 ORDER BY version DESC

-- REVISION_GET
SELECT ui, modified, editor, vals FROM revision WHERE list = ?1 AND item = ?2 AND version = ?3

-- REVISION_DROP
DELETE FROM revision WHERE list = ?1 AND item = ?2 AND version = ?3

-- REVISIONS_DROP
DELETE FROM revision WHERE list = ?1

-- CONTENT_PUT
INSERT OR REPLACE INTO content VALUES (?1, ?2, ?3, ?4, ?5, ?6)

-- CONTENT_GET
SELECT at, size FROM content WHERE list = ?1 AND item = ?2 AND version <= ?3 ORDER BY version DESC LIMIT 1

-- CONTENT_SUM slow
SELECT sum(size) FROM content

-- CONTENT_OF_VERSION
SELECT at, size, ui FROM content WHERE list = ?1 AND item = ?2 ORDER BY version DESC

-- CONTENT_FORGET_OLDER
DELETE FROM content WHERE list = ?1 AND item = ?2 AND version < ?3

-- CONTENT_FORGET_NEWER
DELETE FROM content WHERE list = ?1 AND item = ?2 AND version > ?3

-- CONTENTS_DROP
DELETE FROM content WHERE list = ?1

-- SAMPLE_LISTS_ALL slow
SELECT template, title, description FROM sample_list ORDER BY seq

-- SITE_LISTS_ALL slow
SELECT template, title, description FROM site_list ORDER BY seq

-- SAMPLE_FIELDS_OF slow
SELECT xml FROM sample_field WHERE list = ?1 ORDER BY seq

-- SAMPLES_OF slow
SELECT vals FROM sample WHERE list = ?1 ORDER BY seq
