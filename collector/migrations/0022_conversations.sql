-- Who said that a recording belongs to a conversation: the site's own server by the API (1), or only the page (0).

ALTER TABLE recording ADD COLUMN conversation_verified INTEGER NOT NULL DEFAULT 0;

-- What the owner's server is to be told, until it has been told. Without data of visitors: the message is made out of the
-- recording's row when it is sent, so that erase reaches what has not been sent.
CREATE TABLE webhook (
  hid        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  site       TEXT NOT NULL,
  kind       TEXT NOT NULL,                 -- recording.ready, recording.expired, quota.warning, quota.reached, ping
  recording  BLOB,
  created_ms INTEGER NOT NULL,
  state      TEXT NOT NULL DEFAULT 'waiting', -- waiting, delivered, failed
  next_ms    INTEGER NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  status     INTEGER,                       -- of the last answer
  told       TEXT,                          -- why the last try failed
  done_ms    INTEGER
);
CREATE INDEX webhook_due ON webhook (next_ms) WHERE state = 'waiting';
CREATE INDEX webhook_by_site ON webhook (site, hid DESC);

CREATE TABLE webhook_secret (
  site   TEXT PRIMARY KEY,
  secret TEXT NOT NULL
) WITHOUT ROWID;

-- The last warning of the month that was sent: 0, 80 or 100 percent.
ALTER TABLE usage ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
