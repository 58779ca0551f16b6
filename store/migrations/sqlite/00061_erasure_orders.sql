-- +goose Up
CREATE TABLE erasure_orders (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id   BIGINT NOT NULL,
  reason      TEXT NOT NULL,
  channel     TEXT NOT NULL,
  state       TEXT NOT NULL,
  question_id BIGINT NOT NULL DEFAULT 0,
  event_key   TEXT NOT NULL,
  asked_at    BIGINT NOT NULL,
  done_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX erasure_orders_by_state ON erasure_orders (state, id);
CREATE INDEX erasure_orders_of ON erasure_orders (client_id);

-- +goose Down
DROP TABLE erasure_orders;
