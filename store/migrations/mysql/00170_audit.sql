-- +goose Up
CREATE TABLE audit (
  seq         BIGINT NOT NULL PRIMARY KEY,
  at          BIGINT NOT NULL,
  actor       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  role        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  action      VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id   BIGINT NOT NULL,
  subject     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  detail      VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason_mark CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  key_no      BIGINT NOT NULL,
  prev        CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash        CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  KEY audit_of (client_id, seq),
  KEY audit_by (actor, seq),
  KEY audit_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE audit;
