-- +goose Up
CREATE TABLE complaint_steps (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  complaint_id BIGINT NOT NULL,
  kind         TEXT NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  event_key    TEXT NOT NULL,
  at           BIGINT NOT NULL
);
CREATE INDEX complaint_steps_of ON complaint_steps (complaint_id, id);

-- +goose Down
DROP TABLE complaint_steps;
