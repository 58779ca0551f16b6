-- +goose Up
CREATE TABLE sources (
  code          VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  name          MEDIUMBLOB NOT NULL,
  campaign      VARCHAR(64) NOT NULL DEFAULT '',
  matchmaker_id BIGINT NOT NULL DEFAULT 0,
  created_at    BIGINT NOT NULL,
  retired_at    BIGINT NOT NULL DEFAULT 0
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE sources;
