-- +goose Up
CREATE TABLE desk_questions (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  conversation VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id     BIGINT NOT NULL,
  kind         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  words        MEDIUMBLOB NOT NULL,
  words_key    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  changed      BIGINT NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  done_at      BIGINT NOT NULL DEFAULT 0,
  KEY desk_questions_at (conversation, done_at, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE desk_questions;
