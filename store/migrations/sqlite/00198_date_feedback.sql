-- +goose Up
CREATE TABLE date_feedback (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  date_id BIGINT NOT NULL,
  side INTEGER NOT NULL,
  client_id BIGINT NOT NULL,
  words BLOB NOT NULL,
  words_key TEXT NOT NULL DEFAULT '',
  event_key TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE UNIQUE INDEX date_feedback_once ON date_feedback (date_id, side);
CREATE INDEX date_feedback_by ON date_feedback (client_id);

-- +goose Down
DROP TABLE date_feedback;
