-- +goose Up
CREATE TABLE threads (
  channel    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  chat       VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  thread_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  thread     BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  PRIMARY KEY (channel, chat, thread_key),
  KEY threads_by_number (channel, chat, thread)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE threads;
