-- +goose Up
CREATE TABLE verifications (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  entry     MEDIUMBLOB NOT NULL,
  entry_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id  BIGINT NOT NULL,
  event_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at        BIGINT NOT NULL,
  until     BIGINT NOT NULL DEFAULT 0,
  KEY verifications_of (client_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE verifications;
