-- +goose Up
CREATE TABLE sources (
  code          TEXT NOT NULL PRIMARY KEY,
  name          BLOB NOT NULL,
  campaign      TEXT NOT NULL DEFAULT '',
  matchmaker_id BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  retired_at    BIGINT NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE sources;
