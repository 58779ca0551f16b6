-- +goose Up
CREATE TABLE client_zones (
  client_id BIGINT NOT NULL,
  zone TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  PRIMARY KEY (client_id)
);

-- +goose Down
DROP TABLE client_zones;
