-- +goose Up
CREATE TABLE threads (
  channel    TEXT NOT NULL,
  chat       TEXT NOT NULL,
  thread_key TEXT NOT NULL,
  thread     BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  PRIMARY KEY (channel, chat, thread_key)
);
CREATE INDEX threads_by_number ON threads (channel, chat, thread);

-- +goose Down
DROP TABLE threads;
