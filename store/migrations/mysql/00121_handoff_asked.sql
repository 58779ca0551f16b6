-- +goose Up
CREATE TABLE handoff_asked (
  handoff_id BIGINT NOT NULL,
  staff_id   BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  PRIMARY KEY (handoff_id, staff_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE handoff_asked;
