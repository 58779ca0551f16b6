-- +goose Up
CREATE TABLE index_keys (
  name    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  secret  MEDIUMBLOB NOT NULL,
  made_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE index_keys;
