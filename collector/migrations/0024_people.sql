-- People with a login and a password (argon2id, PHC string), and what each may do where; tokens that may do less than
-- everything; who watched what.

ALTER TABLE user ADD COLUMN login TEXT;
ALTER TABLE user ADD COLUMN password TEXT;
CREATE UNIQUE INDEX user_by_login ON user (login) WHERE login IS NOT NULL;

CREATE TABLE member (
  user TEXT NOT NULL,
  site TEXT NOT NULL,                       -- '*' is all sites, those to come among them
  role TEXT NOT NULL,                       -- panel, viewer, member, owner
  PRIMARY KEY (user, site)
) WITHOUT ROWID;
-- Whoever was there could do everything.
INSERT INTO member (user, site, role) SELECT id, '*', 'owner' FROM user;

ALTER TABLE access ADD COLUMN site TEXT NOT NULL DEFAULT '*';
ALTER TABLE access ADD COLUMN role TEXT NOT NULL DEFAULT 'owner';

CREATE TABLE watch (
  rid   INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (rid, at_ms, actor)
) WITHOUT ROWID;
