-- +goose Up
CREATE TABLE promoted_answers (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  ref          TEXT NOT NULL UNIQUE,
  lang         TEXT NOT NULL,
  asked        BLOB NOT NULL,
  answer       BLOB NOT NULL,
  staff_id     BIGINT NOT NULL,
  promoted_at  BIGINT NOT NULL,
  filed_at     BIGINT NOT NULL DEFAULT 0,
  retired_at   BIGINT NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE promoted_answers;
