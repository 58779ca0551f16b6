-- +goose Up
CREATE TABLE staff_backups (
  staff_id  BIGINT NOT NULL PRIMARY KEY,
  backup_id BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE staff_backups;
