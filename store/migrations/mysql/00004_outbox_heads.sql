-- +goose Up
CREATE TABLE outbox_heads (
  conversation  VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  max_seq       BIGINT NOT NULL,
  sent_seq      BIGINT NOT NULL DEFAULT 0,
  lane          INTEGER NOT NULL,
  due_at        BIGINT NOT NULL,
  lease_until   BIGINT NOT NULL DEFAULT 0,
  epoch         BIGINT NOT NULL DEFAULT 0,
  owner         VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  gone          INTEGER NOT NULL DEFAULT 0,
  opens         BIGINT NOT NULL DEFAULT 0,
  message_left  INTEGER NOT NULL DEFAULT 0,
  message_until BIGINT NOT NULL DEFAULT 0,
  action_left   INTEGER NOT NULL DEFAULT 0,
  action_until  BIGINT NOT NULL DEFAULT 0,
  KEY outbox_heads_due (due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE outbox_heads;
