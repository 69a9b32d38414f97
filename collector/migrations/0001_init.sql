-- Metadata of one installation. Times are milliseconds since 1970, by the collector's clock. Ids of recordings, pages and
-- visitors are blobs; secrets and tokens are only here as SHA-256.

CREATE TABLE site (
  id           TEXT PRIMARY KEY,
  key          TEXT NOT NULL UNIQUE,
  name         TEXT NOT NULL,
  settings     TEXT NOT NULL,            -- JSON, as the API shows it
  created_ms   INTEGER NOT NULL,
  -- The zone that months are counted in; a new one takes over at zone_next_ms, and never reopens zone_next_month.
  zone         TEXT NOT NULL,
  zone_next    TEXT,
  zone_next_ms INTEGER,
  month_floor  TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE TABLE usage (
  site  TEXT NOT NULL,
  month TEXT NOT NULL,                    -- 2026-11
  used  INTEGER NOT NULL,
  PRIMARY KEY (site, month)
) WITHOUT ROWID;

-- What the list shows. A row outlives its recording: an erased or expired id is refused for good, with nothing else left of it.
CREATE TABLE recording (
  rid           INTEGER PRIMARY KEY,
  id            BLOB NOT NULL UNIQUE,
  site          TEXT NOT NULL,
  state         TEXT NOT NULL,            -- open, ended, ready, expired, erased
  secret        BLOB,
  created_ms    INTEGER NOT NULL,
  expires_ms    INTEGER NOT NULL,
  started_ms    INTEGER,
  ended_ms      INTEGER,
  duration_ms   INTEGER NOT NULL DEFAULT 0,
  active_ms     INTEGER NOT NULL DEFAULT 0,
  pages         INTEGER NOT NULL DEFAULT 0,
  entry_url     TEXT,
  exit_url      TEXT,
  title         TEXT,
  referrer      TEXT,
  urls          TEXT NOT NULL DEFAULT '[]',
  language      TEXT,
  screen        TEXT,
  viewport      TEXT,
  device        TEXT,
  browser       TEXT,
  os            TEXT,
  ip            TEXT,
  visitor       BLOB,
  clicks        INTEGER NOT NULL DEFAULT 0,
  rage_clicks   INTEGER NOT NULL DEFAULT 0,
  errors        INTEGER NOT NULL DEFAULT 0,
  gaps          INTEGER NOT NULL DEFAULT 0,
  conflicts     INTEGER NOT NULL DEFAULT 0,
  identity      TEXT,
  email         TEXT,
  conversation  TEXT,
  events        TEXT NOT NULL DEFAULT '[]',
  tags          TEXT NOT NULL DEFAULT '[]',
  watched       INTEGER NOT NULL DEFAULT 0,
  starred       INTEGER NOT NULL DEFAULT 0,
  note          TEXT,
  hidden        INTEGER NOT NULL DEFAULT 0, -- shorter than the site's minimum
  blob          TEXT,
  size_bytes    INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX recording_by_site ON recording (site, created_ms DESC, rid DESC);
CREATE INDEX recording_by_expiry ON recording (expires_ms) WHERE state IN ('open', 'ended', 'ready');
CREATE INDEX recording_by_conversation ON recording (site, conversation) WHERE conversation IS NOT NULL;

-- The moving part of a recording that may still grow: narrow, because it is written with every body.
CREATE TABLE visit (
  rid         INTEGER PRIMARY KEY,
  first_ms    INTEGER NOT NULL,
  last_ms     INTEGER NOT NULL,           -- last new frame
  active_ms   INTEGER NOT NULL,           -- last frame with input of the visitor
  open_pages  INTEGER NOT NULL,
  rev         INTEGER NOT NULL,           -- grows with every new frame
  done_rev    INTEGER NOT NULL,           -- what the stored recording holds
  lease       INTEGER NOT NULL DEFAULT 0, -- a finish that has begun and must not be begun again before this time
  tries       INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE page (
  pid        INTEGER PRIMARY KEY,
  rid        INTEGER NOT NULL,
  page       BLOB NOT NULL,
  epoch_ms   INTEGER NOT NULL,            -- wall clock of the device at the page's time 0
  skew_ms    INTEGER NOT NULL,            -- least (received - sent) of its bodies
  first_ms   INTEGER NOT NULL,
  ended      INTEGER NOT NULL,
  UNIQUE (rid, page)
);

-- One row a frame, also after its bytes have moved into the stored recording (chunk 0): a late repetition is still known.
CREATE TABLE frame (
  pid   INTEGER NOT NULL,
  seq   INTEGER NOT NULL,
  chunk INTEGER NOT NULL,
  start INTEGER NOT NULL,
  len   INTEGER NOT NULL,
  crc   INTEGER NOT NULL,
  PRIMARY KEY (pid, seq)
) WITHOUT ROWID;

CREATE TABLE chunk (
  cid        INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL,
  bytes      INTEGER NOT NULL,
  live       INTEGER NOT NULL              -- frames that no stored recording holds yet
);

CREATE INDEX chunk_spent ON chunk (cid) WHERE live = 0;

-- Recordings whose bytes are in a chunk without a frame that points at them (finished, sent twice, refused): erase needs to
-- know.
CREATE TABLE stray (
  cid INTEGER NOT NULL,
  id  BLOB NOT NULL,
  PRIMARY KEY (cid, id)
) WITHOUT ROWID;

-- Blobs that nothing points at any more, until they are deleted.
CREATE TABLE doomed (
  name TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE user (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- What opens the operators' API: bearer tokens, sessions of a browser, one-time sign-in links.
CREATE TABLE access (
  hash       BLOB PRIMARY KEY,
  kind       TEXT NOT NULL,                -- token, session, claim
  id         TEXT NOT NULL UNIQUE,
  user       TEXT,
  name       TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER
) WITHOUT ROWID;

CREATE TABLE share (
  hash       BLOB PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  rid        INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX share_by_recording ON share (rid);

-- Who did what to the data of visitors, without that data.
CREATE TABLE audit (
  aid    INTEGER PRIMARY KEY,
  at_ms  INTEGER NOT NULL,
  actor  TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL
);
