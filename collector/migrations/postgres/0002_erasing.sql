-- Erasures under way, so that one that was killed half-way is finished by whoever starts next. No personal datum: ids of
-- recordings, which stay known in any case.
CREATE TABLE erasing (
  id    BYTEA PRIMARY KEY,
  site  TEXT COLLATE "C" NOT NULL,
  actor TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);

-- Chunks that still hold bytes of an erased recording.
CREATE TABLE erasing_chunk (
  cid BIGINT PRIMARY KEY
);
