-- +goose Up
CREATE TABLE spot_checks (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  week        VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  paper       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  client_id   BIGINT NOT NULL,
  staff_id    BIGINT NOT NULL,
  checker_id  BIGINT NOT NULL DEFAULT 0,
  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  politeness  INTEGER NOT NULL DEFAULT 0,
  promptness  INTEGER NOT NULL DEFAULT 0,
  truth       INTEGER NOT NULL DEFAULT 0,
  secrecy     INTEGER NOT NULL DEFAULT 0,
  finding     MEDIUMBLOB NOT NULL,
  rectified   MEDIUMBLOB NOT NULL,
  words_key   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  drawn_at    BIGINT NOT NULL,
  scored_at   BIGINT NOT NULL DEFAULT 0,
  answered_at BIGINT NOT NULL DEFAULT 0,
  closed_at   BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY spot_checks_once (paper),
  KEY spot_checks_of (client_id),
  KEY spot_checks_on (staff_id, state),
  KEY spot_checks_closed (closed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE spot_checks;
