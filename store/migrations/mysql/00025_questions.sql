-- +goose Up
CREATE TABLE questions (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id    BIGINT NOT NULL,
  lang         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  words        MEDIUMBLOB NOT NULL,
  answer       MEDIUMBLOB,
  words_key    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner_id     BIGINT NOT NULL DEFAULT 0,
  delays       INTEGER NOT NULL DEFAULT 0,
  asked_at     BIGINT NOT NULL,
  promised_at  BIGINT NOT NULL,
  answered_at  BIGINT NOT NULL DEFAULT 0,
  KEY questions_by_client (client_id, state, id),
  KEY questions_by_owner (owner_id, state),
  KEY questions_by_state (state, promised_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE questions;
