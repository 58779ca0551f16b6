-- +goose Up
CREATE TABLE complaint_steps (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  complaint_id BIGINT NOT NULL,
  kind         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  event_key    VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at           BIGINT NOT NULL,
  KEY complaint_steps_of (complaint_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE complaint_steps;
