-- +goose Up
CREATE TABLE carried (
  id           VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  seq          BIGINT NOT NULL,
  refs         VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  sender       VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sender_ref   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  tells        INT NOT NULL,
  told         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  at           BIGINT NOT NULL,
  UNIQUE KEY carried_in (conversation, seq),
  KEY carried_from (sender, at),
  KEY carried_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE carried;
