-- +goose Up
CREATE TABLE turns (
  event_key    VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq          BIGINT NOT NULL,
  kind         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  before_step  VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  after_step   VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reply_seq    BIGINT NOT NULL DEFAULT 0,
  reply_skip   INTEGER NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  took         INTEGER NOT NULL,
  UNIQUE KEY turns_one_at_a_time (conversation, seq),
  KEY turns_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE turns;
