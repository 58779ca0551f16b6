-- +goose Up
CREATE TABLE source_visits (
  code      TEXT NOT NULL,
  client_id BIGINT NOT NULL,
  visits    INTEGER NOT NULL,
  newcomer  INTEGER NOT NULL,
  first_at  BIGINT NOT NULL,
  last_at   BIGINT NOT NULL,
  PRIMARY KEY (code, client_id)
);
CREATE INDEX source_visits_of ON source_visits (client_id);

-- +goose Down
DROP TABLE source_visits;
