-- +goose Up
CREATE TABLE turns (
  event_key    TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  seq          BIGINT NOT NULL,
  kind         TEXT NOT NULL,
  before_step  TEXT NOT NULL,
  after_step   TEXT NOT NULL,
  reply_seq    BIGINT NOT NULL DEFAULT 0,
  reply_skip   INTEGER NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  took         INTEGER NOT NULL
);
CREATE UNIQUE INDEX turns_one_at_a_time ON turns (conversation, seq);
CREATE INDEX turns_by_time ON turns (at);

-- +goose Down
DROP TABLE turns;
