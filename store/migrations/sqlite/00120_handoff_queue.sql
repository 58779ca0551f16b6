-- +goose Up
CREATE TABLE handoff_queue (
  handoff_id BIGINT NOT NULL PRIMARY KEY,
  since      BIGINT NOT NULL,
  offered_to BIGINT NOT NULL DEFAULT 0,
  offered_at BIGINT NOT NULL DEFAULT 0,
  all_at     BIGINT NOT NULL DEFAULT 0,
  told_place BIGINT NOT NULL DEFAULT 0,
  told       BIGINT NOT NULL DEFAULT 0,
  told_at    BIGINT NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE handoff_queue;
