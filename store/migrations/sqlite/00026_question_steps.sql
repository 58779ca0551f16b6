-- +goose Up
CREATE TABLE question_steps (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  question_id  BIGINT NOT NULL,
  kind         TEXT NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  event_key    TEXT NOT NULL,
  promised_at  BIGINT NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL
);
CREATE INDEX question_steps_of ON question_steps (question_id, id);

-- +goose Down
DROP TABLE question_steps;
