-- +goose Up
CREATE TABLE media (
  id           VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source       MEDIUMBLOB NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  type         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  size         BIGINT NOT NULL DEFAULT 0,
  tries        INTEGER NOT NULL DEFAULT 0,
  reason       VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  due_at       BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  KEY media_due (state, due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE media;
