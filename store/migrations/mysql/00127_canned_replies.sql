-- +goose Up
CREATE TABLE canned_replies (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  reply     BIGINT NOT NULL,
  version   BIGINT NOT NULL,
  body      MEDIUMBLOB NOT NULL,
  body_key  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id  BIGINT NOT NULL,
  gone      BIGINT NOT NULL DEFAULT 0,
  at        BIGINT NOT NULL,
  UNIQUE KEY canned_replies_once (reply, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE canned_replies;
