-- What a site's pages were refused, by day and reason: the answer to "why is there no recording". No address, no id.
CREATE TABLE refusal (
  site    TEXT NOT NULL,                  -- empty: a key that no site has
  day     INTEGER NOT NULL,               -- days since 1970
  code    TEXT NOT NULL,                  -- the problem's code
  count   INTEGER NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (site, day, code)
) WITHOUT ROWID;
