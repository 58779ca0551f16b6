-- +goose Up
CREATE TABLE alert_calls (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  alert_id     BIGINT NOT NULL,
  staff_id     BIGINT NOT NULL,
  rung         INTEGER NOT NULL,
  round        INTEGER NOT NULL,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  event_key    VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  bundle       BIGINT NOT NULL DEFAULT 0,
  at           BIGINT NOT NULL,
  acked_at     BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY alert_calls_once (alert_id, staff_id, rung, round),
  KEY alert_calls_to (staff_id, at),
  KEY alert_calls_bundle (bundle)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE alert_calls;
