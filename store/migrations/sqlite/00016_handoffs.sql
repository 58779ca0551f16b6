-- +goose Up
CREATE TABLE handoffs (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id    BIGINT NOT NULL,
  state        TEXT NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  opened_at    BIGINT NOT NULL,
  taken_at     BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX handoffs_by_client ON handoffs (client_id, state);
CREATE INDEX handoffs_by_staff ON handoffs (staff_id, state);
CREATE INDEX handoffs_by_state ON handoffs (state, id);

-- +goose Down
DROP TABLE handoffs;
