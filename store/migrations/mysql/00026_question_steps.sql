-- +goose Up
CREATE TABLE question_steps (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  question_id  BIGINT NOT NULL,
  kind         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  event_key    VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  promised_at  BIGINT NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  KEY question_steps_of (question_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE question_steps;
