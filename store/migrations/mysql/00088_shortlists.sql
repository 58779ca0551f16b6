-- +goose Up
CREATE TABLE shortlists (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  other_id  BIGINT NOT NULL,
  staff_id  BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  UNIQUE KEY shortlists_once (client_id, other_id),
  KEY shortlists_with (other_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE shortlists;
