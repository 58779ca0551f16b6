-- +goose Up
CREATE TABLE audit_head (
  id     BIGINT NOT NULL PRIMARY KEY,
  seq    BIGINT NOT NULL,
  hash   CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  key_no BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE audit_head;
