-- +goose Up
CREATE TABLE date_steps (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  date_id BIGINT NOT NULL,
  kind TEXT NOT NULL DEFAULT '',
  side INTEGER NOT NULL,
  staff_id BIGINT NOT NULL DEFAULT 0,
  code TEXT NOT NULL DEFAULT '',
  words BLOB NOT NULL,
  words_key TEXT NOT NULL DEFAULT '',
  event_key TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX date_steps_of ON date_steps (date_id);

-- +goose Down
DROP TABLE date_steps;
