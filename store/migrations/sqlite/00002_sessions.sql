-- +goose Up
CREATE TABLE sessions (
  conversation TEXT NOT NULL PRIMARY KEY,
  seq          BIGINT NOT NULL,
  body         BLOB NOT NULL,
  updated_at   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE sessions;
