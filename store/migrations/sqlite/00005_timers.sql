-- +goose Up
CREATE TABLE timers (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,
  name         TEXT NOT NULL,
  ref          TEXT NOT NULL,
  due_at       BIGINT NOT NULL
);
CREATE UNIQUE INDEX timers_one_each ON timers (conversation, name, ref);
CREATE INDEX timers_due ON timers (due_at);

-- +goose Down
DROP TABLE timers;
