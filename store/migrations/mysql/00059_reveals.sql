-- +goose Up
CREATE TABLE reveals (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  staff_id  BIGINT NOT NULL,
  client_id BIGINT NOT NULL,
  what      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at        BIGINT NOT NULL,
  KEY reveals_of (client_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE reveals;
