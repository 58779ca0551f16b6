-- +goose Up
CREATE TABLE alert_calls (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id     BIGINT NOT NULL,
  staff_id     BIGINT NOT NULL,
  rung         INTEGER NOT NULL,
  round        INTEGER NOT NULL,
  conversation TEXT NOT NULL DEFAULT '',
  event_key    TEXT NOT NULL DEFAULT '',
  state        TEXT NOT NULL DEFAULT '',
  bundle       BIGINT NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  acked_at     BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX alert_calls_once ON alert_calls (alert_id, staff_id, rung, round);
CREATE INDEX alert_calls_to ON alert_calls (staff_id, at);
CREATE INDEX alert_calls_bundle ON alert_calls (bundle);

-- +goose Down
DROP TABLE alert_calls;
