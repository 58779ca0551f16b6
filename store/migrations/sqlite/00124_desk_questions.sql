-- +goose Up
CREATE TABLE desk_questions (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,
  staff_id     BIGINT NOT NULL,
  kind         TEXT NOT NULL,
  words        BLOB NOT NULL,
  words_key    TEXT NOT NULL,
  changed      BIGINT NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  done_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX desk_questions_at ON desk_questions (conversation, done_at, id);

-- +goose Down
DROP TABLE desk_questions;
