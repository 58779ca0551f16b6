-- +goose Up
CREATE TABLE data_copy_steps (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  copy_id BIGINT NOT NULL,
  kind    TEXT NOT NULL,
  at      BIGINT NOT NULL
);
CREATE INDEX data_copy_steps_of ON data_copy_steps (copy_id, id);

-- +goose Down
DROP TABLE data_copy_steps;
