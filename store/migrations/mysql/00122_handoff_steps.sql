-- +goose Up
CREATE TABLE handoff_steps (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  handoff_id BIGINT NOT NULL,
  staff_id   BIGINT NOT NULL,
  step       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at         BIGINT NOT NULL,
  KEY handoff_steps_of (handoff_id, id),
  KEY handoff_steps_by (staff_id, step, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE handoff_steps;
