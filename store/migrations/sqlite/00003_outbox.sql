-- +goose Up
CREATE TABLE outbox (
  conversation TEXT NOT NULL,
  seq          BIGINT NOT NULL,
  event_key    TEXT NOT NULL,
  n            INTEGER NOT NULL,
  lane         INTEGER NOT NULL,
  state        TEXT NOT NULL,
  card         INTEGER NOT NULL DEFAULT 0,
  body         BLOB NOT NULL,
  pieces       INTEGER NOT NULL DEFAULT 0,
  tries        INTEGER NOT NULL DEFAULT 0,
  reason       TEXT NOT NULL DEFAULT '',
  created_at   BIGINT NOT NULL,
  sent_at      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation, seq)
);
CREATE UNIQUE INDEX outbox_said_once ON outbox (event_key, n);
CREATE INDEX outbox_by_state ON outbox (state, created_at);

-- +goose Down
DROP TABLE outbox;
