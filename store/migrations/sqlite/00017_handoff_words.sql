-- +goose Up
CREATE TABLE handoff_words (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  handoff_id BIGINT NOT NULL,
  words      BLOB NOT NULL,
  words_key  TEXT NOT NULL,
  at         BIGINT NOT NULL
);
CREATE INDEX handoff_words_of ON handoff_words (handoff_id, id);

-- +goose Down
DROP TABLE handoff_words;
