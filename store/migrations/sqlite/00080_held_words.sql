-- +goose Up
CREATE TABLE held_words (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id   BIGINT NOT NULL,
  client_id  BIGINT NOT NULL,
  outlet     TEXT NOT NULL,
  ref        TEXT NOT NULL,
  kinds      TEXT NOT NULL,
  state      TEXT NOT NULL,
  words      BLOB NOT NULL,
  words_key  TEXT NOT NULL,
  decided_by BIGINT NOT NULL DEFAULT 0,
  decided_at BIGINT NOT NULL DEFAULT 0,
  event_key  TEXT NOT NULL,
  at         BIGINT NOT NULL
);
CREATE INDEX held_words_of ON held_words (client_id, id);
CREATE INDEX held_words_by ON held_words (staff_id, ref);

-- +goose Down
DROP TABLE held_words;
