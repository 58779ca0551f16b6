-- +goose Up
CREATE TABLE promoted_answers (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  ref          VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lang         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked        MEDIUMBLOB NOT NULL,
  answer       MEDIUMBLOB NOT NULL,
  staff_id     BIGINT NOT NULL,
  promoted_at  BIGINT NOT NULL,
  filed_at     BIGINT NOT NULL DEFAULT 0,
  retired_at   BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY promoted_answers_once (ref)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE promoted_answers;
