-- +goose Up
CREATE TABLE refusals (
  id      BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  reason  VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at      BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE refusals;
