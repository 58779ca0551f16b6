-- +goose Up
CREATE TABLE digests (
  staff_id BIGINT NOT NULL PRIMARY KEY,
  day      BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE digests;
