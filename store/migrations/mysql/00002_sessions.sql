-- +goose Up
CREATE TABLE sessions (
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  seq          BIGINT NOT NULL,
  body         MEDIUMBLOB NOT NULL,
  updated_at   BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE sessions;
