-- +goose Up
CREATE TABLE handoffs (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,
  lang         TEXT NOT NULL,
  state        TEXT NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  opened_at    BIGINT NOT NULL,
  taken_at     BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX handoffs_of ON handoffs (conversation, state);
CREATE INDEX handoffs_by_state ON handoffs (state, id);

-- +goose Down
DROP TABLE handoffs;
