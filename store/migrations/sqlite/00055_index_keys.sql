-- +goose Up
CREATE TABLE index_keys (
  name    TEXT NOT NULL PRIMARY KEY,
  secret  BLOB NOT NULL,
  made_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE index_keys;
