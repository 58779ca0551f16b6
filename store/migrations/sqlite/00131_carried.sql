-- +goose Up
CREATE TABLE carried (
  id           TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  seq          BIGINT NOT NULL,
  refs         TEXT NOT NULL DEFAULT '',
  sender       TEXT NOT NULL,
  sender_ref   TEXT NOT NULL,
  tells        INTEGER NOT NULL,
  told         TEXT NOT NULL DEFAULT '',
  at           BIGINT NOT NULL
);
CREATE UNIQUE INDEX carried_in ON carried (conversation, seq);
CREATE INDEX carried_from ON carried (sender, at);
CREATE INDEX carried_by_time ON carried (at);

-- +goose Down
DROP TABLE carried;
