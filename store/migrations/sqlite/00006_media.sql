-- +goose Up
CREATE TABLE media (
  id           TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  channel      TEXT NOT NULL,
  kind         TEXT NOT NULL,
  source       BLOB NOT NULL,
  state        TEXT NOT NULL,
  type         TEXT NOT NULL DEFAULT '',
  size         BIGINT NOT NULL DEFAULT 0,
  tries        INTEGER NOT NULL DEFAULT 0,
  reason       TEXT NOT NULL DEFAULT '',
  due_at       BIGINT NOT NULL,
  created_at   BIGINT NOT NULL
);
CREATE INDEX media_due ON media (state, due_at);

-- +goose Down
DROP TABLE media;
