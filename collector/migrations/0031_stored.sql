-- How many recordings each site has stored: counting them would take longer the more there are.
CREATE TABLE stored (
  site  TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO stored SELECT site, count(*) FROM recording WHERE state IN ('open', 'ended', 'ready') GROUP BY site;

CREATE TRIGGER stored_begins AFTER INSERT ON recording WHEN NEW.state IN ('open', 'ended', 'ready') BEGIN
  INSERT INTO stored VALUES (NEW.site, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER stored_changes AFTER UPDATE OF state ON recording
WHEN (OLD.state IN ('open', 'ended', 'ready')) <> (NEW.state IN ('open', 'ended', 'ready')) BEGIN
  INSERT INTO stored VALUES (NEW.site, iif(NEW.state IN ('open', 'ended', 'ready'), 1, -1))
  ON CONFLICT DO UPDATE SET count = count + excluded.count;
END;
CREATE TRIGGER stored_ends AFTER DELETE ON recording WHEN OLD.state IN ('open', 'ended', 'ready') BEGIN
  UPDATE stored SET count = count - 1 WHERE site = OLD.site;
END;

-- Ids that are refused for a while: without it each look for the oldest would read all recordings.
CREATE INDEX recording_refused ON recording (expires_ms) WHERE state IN ('expired', 'erased');
