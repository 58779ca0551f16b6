-- +goose Up
CREATE TABLE letters (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  raw       MEDIUMBLOB NOT NULL,
  digest    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  why       VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at        BIGINT NOT NULL,
  played_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY letters_once (channel, digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE letters;
