-- +goose Up
CREATE TABLE clients (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name         MEDIUMBLOB,
  lang         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  source       VARCHAR(128) NOT NULL,
  arrived_at   BIGINT NOT NULL,
  left_at      BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY clients_once (conversation)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE clients;
