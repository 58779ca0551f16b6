-- +goose Up
CREATE TABLE staff (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  role         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name         MEDIUMBLOB,
  lang         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  enrolled_at  BIGINT NOT NULL,
  revoked_at   BIGINT NOT NULL DEFAULT 0,
  UNIQUE KEY staff_once (conversation)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE staff;
