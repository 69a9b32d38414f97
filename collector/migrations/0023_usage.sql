-- Recordings that were counted on each day in the site's time zone.
CREATE TABLE usage_day (
  site TEXT NOT NULL,
  day  TEXT NOT NULL,                       -- 2026-11-24
  used INTEGER NOT NULL,
  PRIMARY KEY (site, day)
) WITHOUT ROWID;
