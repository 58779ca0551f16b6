-- +goose Up
CREATE TABLE tasks (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  asker_id    BIGINT NOT NULL,
  doer_id     BIGINT NOT NULL,
  client_id   BIGINT NOT NULL DEFAULT 0,
  about       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  words       MEDIUMBLOB NOT NULL,
  words_key   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  report      MEDIUMBLOB NOT NULL,
  event_key   VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  asked_at    BIGINT NOT NULL,
  due_at      BIGINT NOT NULL,
  answered_at BIGINT NOT NULL DEFAULT 0,
  done_at     BIGINT NOT NULL DEFAULT 0,
  closed_at   BIGINT NOT NULL DEFAULT 0,
  KEY tasks_by (asker_id, closed_at),
  KEY tasks_for (doer_id, closed_at),
  KEY tasks_of (client_id),
  KEY tasks_closed (closed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE tasks;
