-- What recordings are found by. A term is one fact of a kind (a page, an event's name, a country); a posting says that a
-- recording has it. Recordings are numbered in the order of their arrival, so a list of postings is a list by age.

ALTER TABLE recording ADD COLUMN country TEXT;
ALTER TABLE recording ADD COLUMN dead_clicks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recording ADD COLUMN trouble INTEGER NOT NULL DEFAULT 0; -- rage clicks, dead clicks and errors together
ALTER TABLE recording ADD COLUMN steps TEXT NOT NULL DEFAULT '';     -- paths in the order of the visit, each between two U+001F

CREATE INDEX recording_by_arrival ON recording (site, rid DESC);
CREATE INDEX recording_unfinished ON recording (site, rid DESC) WHERE state IN ('open', 'ended');
CREATE INDEX recording_by_duration ON recording (site, duration_ms DESC, rid DESC) WHERE state = 'ready';
CREATE INDEX recording_by_activity ON recording (site, active_ms DESC, rid DESC) WHERE state = 'ready';
CREATE INDEX recording_by_pages ON recording (site, pages DESC, rid DESC) WHERE state = 'ready';
CREATE INDEX recording_by_trouble ON recording (site, trouble DESC, rid DESC) WHERE state = 'ready';
CREATE INDEX recording_starred ON recording (site, rid DESC) WHERE starred = 1;

CREATE TABLE term (
  tid   INTEGER PRIMARY KEY,
  site  TEXT NOT NULL,
  kind  TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (site, kind, value)
);

CREATE TABLE posting (
  tid INTEGER NOT NULL,
  rid INTEGER NOT NULL,
  PRIMARY KEY (tid, rid)
) WITHOUT ROWID;
CREATE INDEX posting_by_recording ON posting (rid);

CREATE VIRTUAL TABLE recording_text USING fts5 (facts, note, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
-- What is deleted is gone from the index, not only marked.
INSERT INTO recording_text (recording_text, rank) VALUES ('secure-delete', 1);

CREATE TABLE saved_filter (
  id         TEXT PRIMARY KEY,
  site       TEXT NOT NULL,
  name       TEXT NOT NULL,
  filter     TEXT NOT NULL,                 -- JSON, as `POST /api/v1/recordings/search` takes it
  created_ms INTEGER NOT NULL,
  UNIQUE (site, name)
) WITHOUT ROWID;
