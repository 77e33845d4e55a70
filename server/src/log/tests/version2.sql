-- A log of version 2, as its server left it.
PRAGMA application_id = 1347701838;
PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE entry (
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author BLOB NOT NULL,
    nick TEXT NOT NULL,
    to_id BLOB,
    to_nick TEXT,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    via TEXT NOT NULL,
    ref TEXT,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO entry VALUES(1,1,1795367299515,X'f774f98a541906b2fb16a5a8b67c1b40','ann',NULL,NULL,'text','hello','json','a-1');
INSERT INTO entry VALUES(1,2,1795367299517,X'f0a008f47c9885f7867eec1cadd2fa46','bob',NULL,NULL,'text','it''s me: 收到','json','b-1');
INSERT INTO entry VALUES(1,3,1795367299518,X'f774f98a541906b2fb16a5a8b67c1b40','ann',NULL,NULL,'action','waves','json','a-2');
INSERT INTO entry VALUES(1,4,1795367299518,X'f0a008f47c9885f7867eec1cadd2fa46','bob',NULL,NULL,'text',replace('two\nlines','\n',char(10)),'json',NULL);
INSERT INTO entry VALUES(2,1,1795367299519,X'f774f98a541906b2fb16a5a8b67c1b40','ann',NULL,NULL,'text','soup''s ready','json','a-1');
INSERT INTO entry VALUES(2,2,1795367299520,X'f0a008f47c9885f7867eec1cadd2fa46','bob',NULL,NULL,'text','coming','json',NULL);
INSERT INTO entry VALUES(3,1,1795367299520,X'f774f98a541906b2fb16a5a8b67c1b40','ann',X'f0a008f47c9885f7867eec1cadd2fa46','bob','text','psst','json','a-3');
INSERT INTO entry VALUES(3,2,1795367299521,X'f0a008f47c9885f7867eec1cadd2fa46','bob',X'f774f98a541906b2fb16a5a8b67c1b40','ann','text','what?','json',NULL);
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('epoch','4f4134e0af3a1d38');
CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT,
    low BLOB,
    high BLOB,
    low_nick TEXT,
    high_nick TEXT,
    head INTEGER NOT NULL,
    at INTEGER NOT NULL
, first INTEGER NOT NULL DEFAULT 1, bytes INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO stream VALUES(1,'lobby','lobby',NULL,NULL,NULL,NULL,4,1795367299518,1,34);
INSERT INTO stream VALUES(2,'küche','Küche',NULL,NULL,NULL,NULL,2,1795367299520,1,18);
INSERT INTO stream VALUES(3,'@f0a008f47c9885f7867eec1cadd2fa46@f774f98a541906b2fb16a5a8b67c1b40',NULL,X'f0a008f47c9885f7867eec1cadd2fa46',X'f774f98a541906b2fb16a5a8b67c1b40','bob','ann',2,1795367299521,1,9);
CREATE INDEX stream_room ON stream (at) WHERE low IS NULL;
CREATE INDEX stream_low ON stream (low, at) WHERE low IS NOT NULL;
CREATE INDEX stream_high ON stream (high, at) WHERE high IS NOT NULL;
CREATE UNIQUE INDEX entry_ref ON entry (author, stream, ref) WHERE ref IS NOT NULL;
COMMIT;
