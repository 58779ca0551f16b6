-- +goose Up
CREATE TABLE sla_clocks (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  paper        TEXT NOT NULL DEFAULT '',
  kind         TEXT NOT NULL DEFAULT '',
  conversation TEXT NOT NULL DEFAULT '',
  client_id    BIGINT NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  target       BIGINT NOT NULL,
  spent        BIGINT NOT NULL DEFAULT 0,
  since        BIGINT NOT NULL DEFAULT 0,
  stopped      INTEGER NOT NULL DEFAULT 0,
  mark         INTEGER NOT NULL DEFAULT 0,
  due_at       BIGINT NOT NULL DEFAULT 0,
  started_at   BIGINT NOT NULL,
  stopped_at   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX sla_clocks_once ON sla_clocks (paper, kind);
CREATE INDEX sla_clocks_of ON sla_clocks (client_id);
CREATE INDEX sla_clocks_due ON sla_clocks (stopped, due_at);
CREATE INDEX sla_clocks_stopped ON sla_clocks (stopped_at);

-- +goose Down
DROP TABLE sla_clocks;
