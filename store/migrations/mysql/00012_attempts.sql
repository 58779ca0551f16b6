-- +goose Up
CREATE TABLE attempts (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name         VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at           BIGINT NOT NULL,
  KEY attempts_recent (conversation, name, at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE attempts;
