-- +goose Up
CREATE TABLE source_visits (
  code      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id BIGINT NOT NULL,
  visits    INTEGER NOT NULL,
  newcomer  INTEGER NOT NULL,
  first_at  BIGINT NOT NULL,
  last_at   BIGINT NOT NULL,
  PRIMARY KEY (code, client_id),
  KEY source_visits_of (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE source_visits;
