-- +goose Up
CREATE TABLE tasks (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  asker_id    BIGINT NOT NULL,
  doer_id     BIGINT NOT NULL,
  client_id   BIGINT NOT NULL DEFAULT 0,
  about       TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL DEFAULT '',
  words       BLOB NOT NULL,
  words_key   TEXT NOT NULL DEFAULT '',
  report      BLOB NOT NULL,
  event_key   TEXT NOT NULL DEFAULT '',
  asked_at    BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,
  answered_at BIGINT NOT NULL DEFAULT 0,
  done_at     BIGINT NOT NULL DEFAULT 0,
  closed_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX tasks_by ON tasks (asker_id, closed_at);
CREATE INDEX tasks_for ON tasks (doer_id, closed_at);
CREATE INDEX tasks_of ON tasks (client_id);
CREATE INDEX tasks_closed ON tasks (closed_at);

-- +goose Down
DROP TABLE tasks;
