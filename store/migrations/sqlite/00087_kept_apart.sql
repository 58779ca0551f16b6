-- +goose Up
CREATE TABLE kept_apart (
  client_id BIGINT NOT NULL,
  other_id  BIGINT NOT NULL,
  why       TEXT NOT NULL,
  staff_id  BIGINT NOT NULL,
  event_key TEXT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (client_id, other_id, why)
);
CREATE INDEX kept_apart_from ON kept_apart (other_id);

-- +goose Down
DROP TABLE kept_apart;
