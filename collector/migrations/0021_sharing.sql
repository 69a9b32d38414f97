-- Share links with a password (argon2id, PHC string), for one press of Play, with a place to start, masked further.

ALTER TABLE share ADD COLUMN password TEXT;
ALTER TABLE share ADD COLUMN once INTEGER NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN masked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN start_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN plays INTEGER NOT NULL DEFAULT 0;
ALTER TABLE share ADD COLUMN played_ms INTEGER; -- last

-- Keys of this installation, made at the first need: what signs links that are held nowhere.
CREATE TABLE installation (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
