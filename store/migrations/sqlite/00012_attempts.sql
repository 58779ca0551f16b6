-- +goose Up
CREATE TABLE attempts (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,
  name         TEXT NOT NULL,
  at           BIGINT NOT NULL
);
CREATE INDEX attempts_recent ON attempts (conversation, name, at);

-- +goose Down
DROP TABLE attempts;
