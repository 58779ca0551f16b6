-- +goose Up
CREATE TABLE date_feedback (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  date_id BIGINT NOT NULL,
  side INTEGER NOT NULL,
  client_id BIGINT NOT NULL,
  words MEDIUMBLOB NOT NULL,
  words_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  event_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  UNIQUE KEY date_feedback_once (date_id, side),
  KEY date_feedback_by (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE date_feedback;
