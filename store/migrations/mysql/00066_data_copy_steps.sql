-- +goose Up
CREATE TABLE data_copy_steps (
  id      BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  copy_id BIGINT NOT NULL,
  kind    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at      BIGINT NOT NULL,
  KEY data_copy_steps_of (copy_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE data_copy_steps;
