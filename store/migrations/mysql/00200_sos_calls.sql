-- +goose Up
CREATE TABLE sos_calls (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  date_id BIGINT NOT NULL DEFAULT 0,
  state VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  outcome VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  staff_id BIGINT NOT NULL DEFAULT 0,
  opened_at BIGINT NOT NULL,
  taken_at BIGINT NOT NULL DEFAULT 0,
  closed_at BIGINT NOT NULL DEFAULT 0,
  mistake_at BIGINT NOT NULL DEFAULT 0,
  KEY sos_calls_of (client_id, closed_at),
  KEY sos_calls_closed (closed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE sos_calls;
