-- +goose Up
CREATE TABLE audit_reasons (
  seq       BIGINT NOT NULL PRIMARY KEY,
  client_id BIGINT NOT NULL,
  reason    MEDIUMBLOB NOT NULL,
  at        BIGINT NOT NULL,
  KEY audit_reasons_of (client_id),
  KEY audit_reasons_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE audit_reasons;
