-- +goose Up
CREATE TABLE handoff_steps (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  handoff_id BIGINT NOT NULL,
  staff_id   BIGINT NOT NULL,
  step       TEXT NOT NULL,
  at         BIGINT NOT NULL
);
CREATE INDEX handoff_steps_of ON handoff_steps (handoff_id, id);
CREATE INDEX handoff_steps_by ON handoff_steps (staff_id, step, at);

-- +goose Down
DROP TABLE handoff_steps;
