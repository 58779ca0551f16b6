-- +goose Up
CREATE TABLE phones (
  client_id  BIGINT NOT NULL PRIMARY KEY,
  digest     TEXT NOT NULL,
  number     BLOB NOT NULL,
  number_key TEXT NOT NULL,
  proven_at  BIGINT NOT NULL DEFAULT 0,
  claimed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX phones_once ON phones (digest);

-- +goose Down
DROP TABLE phones;
