-- +goose Up
CREATE TABLE photos (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  place     INTEGER NOT NULL,
  media_id  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  added_at  BIGINT NOT NULL,
  KEY photos_of (client_id, place)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE photos;
