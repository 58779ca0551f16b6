-- +goose Up
CREATE TABLE criteria (
  client_id  BIGINT NOT NULL PRIMARY KEY,
  wishes     MEDIUMBLOB NOT NULL,
  wishes_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  updated_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE criteria;
