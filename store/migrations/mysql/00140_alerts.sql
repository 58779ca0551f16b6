-- +goose Up
CREATE TABLE alerts (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  paper        VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  urgency      VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  client_id    BIGINT NOT NULL,
  first_id     BIGINT NOT NULL,
  rung         INTEGER NOT NULL,
  round        INTEGER NOT NULL,
  opened_at    BIGINT NOT NULL,
  called_at    BIGINT NOT NULL,
  ended_at     BIGINT NOT NULL DEFAULT 0,
  ended        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  acked_by     BIGINT NOT NULL DEFAULT 0,
  open_key     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  UNIQUE KEY alerts_once (open_key),
  KEY alerts_about (paper, ended_at),
  KEY alerts_of (client_id),
  KEY alerts_ended (ended_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE alerts;
