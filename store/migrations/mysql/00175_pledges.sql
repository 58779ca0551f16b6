-- +goose Up
CREATE TABLE pledges (
  id       BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  staff_id BIGINT NOT NULL,
  version  VARCHAR(32) NOT NULL,
  digest   CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lang     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel  VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at       BIGINT NOT NULL,
  KEY pledges_of (staff_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE pledges;
