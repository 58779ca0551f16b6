-- +goose Up
CREATE TABLE letters (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  channel   TEXT NOT NULL,
  raw       BLOB NOT NULL,
  digest    TEXT NOT NULL,
  why       TEXT NOT NULL,
  at        BIGINT NOT NULL,
  played_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX letters_once ON letters (channel, digest);

-- +goose Down
DROP TABLE letters;
