-- +goose Up
CREATE TABLE phones (
  client_id  BIGINT NOT NULL PRIMARY KEY,
  digest     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  number     MEDIUMBLOB NOT NULL,
  number_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  proven_at  BIGINT NOT NULL DEFAULT 0,
  claimed_at BIGINT NOT NULL,
  UNIQUE KEY phones_once (digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE phones;
