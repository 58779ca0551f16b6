-- +goose Up
CREATE TABLE questions (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id    BIGINT NOT NULL,
  lang         TEXT NOT NULL,
  state        TEXT NOT NULL,
  words        BLOB NOT NULL,
  answer       BLOB,
  words_key    TEXT NOT NULL,
  owner_id     BIGINT NOT NULL DEFAULT 0,
  delays       INTEGER NOT NULL DEFAULT 0,
  asked_at     BIGINT NOT NULL,
  promised_at  BIGINT NOT NULL,
  answered_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX questions_by_client ON questions (client_id, state, id);
CREATE INDEX questions_by_owner ON questions (owner_id, state);
CREATE INDEX questions_by_state ON questions (state, promised_at);

-- +goose Down
DROP TABLE questions;
