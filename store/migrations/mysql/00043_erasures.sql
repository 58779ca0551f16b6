-- +goose Up
CREATE TABLE erasures (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  n         BIGINT NOT NULL,
  oldest_at BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  KEY erasures_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE erasures;
