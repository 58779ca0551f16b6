-- +goose Up
CREATE TABLE alerts (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT NOT NULL DEFAULT '',
  paper        TEXT NOT NULL DEFAULT '',
  urgency      TEXT NOT NULL DEFAULT '',
  conversation TEXT NOT NULL DEFAULT '',
  client_id    BIGINT NOT NULL,
  first_id     BIGINT NOT NULL,
  rung         INTEGER NOT NULL,
  round        INTEGER NOT NULL,
  opened_at    BIGINT NOT NULL,
  called_at    BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL DEFAULT 0,
  ended        TEXT NOT NULL DEFAULT '',
  acked_by     BIGINT NOT NULL DEFAULT 0,
  open_key     TEXT NULL
);
CREATE UNIQUE INDEX alerts_once ON alerts (open_key);
CREATE INDEX alerts_about ON alerts (paper, ended_at);
CREATE INDEX alerts_of ON alerts (client_id);
CREATE INDEX alerts_ended ON alerts (ended_at);

-- +goose Down
DROP TABLE alerts;
