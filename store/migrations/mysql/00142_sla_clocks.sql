-- +goose Up
CREATE TABLE sla_clocks (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  paper        VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  kind         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  client_id    BIGINT NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  target       BIGINT NOT NULL,
  spent        BIGINT NOT NULL DEFAULT 0,
  since        BIGINT NOT NULL DEFAULT 0,
  stopped      INTEGER NOT NULL DEFAULT 0,
  mark         INTEGER NOT NULL DEFAULT 0,
  due_at       BIGINT NOT NULL DEFAULT 0,
  started_at   BIGINT NOT NULL,
  stopped_at   BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY sla_clocks_once (paper, kind),
  KEY sla_clocks_of (client_id),
  KEY sla_clocks_due (stopped, due_at),
  KEY sla_clocks_stopped (stopped_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE sla_clocks;
