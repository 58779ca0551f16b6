-- +goose Up
CREATE TABLE outbox (
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq          BIGINT NOT NULL,
  event_key    VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  n            INTEGER NOT NULL,
  lane         INTEGER NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  card         INTEGER NOT NULL DEFAULT 0,
  body         MEDIUMBLOB NOT NULL,
  pieces       INTEGER NOT NULL DEFAULT 0,
  tries        INTEGER NOT NULL DEFAULT 0,
  reason       VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  created_at   BIGINT NOT NULL,
  sent_at      BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation, seq),
  UNIQUE KEY outbox_said_once (event_key, n),
  KEY outbox_by_state (state, created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE outbox;
