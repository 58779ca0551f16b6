-- +goose Up
CREATE TABLE handovers (
  id      BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  from_id BIGINT NOT NULL,
  by_id   BIGINT NOT NULL,
  at      BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE handovers;
