-- +goose Up
CREATE TABLE held_words (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  staff_id   BIGINT NOT NULL,
  client_id  BIGINT NOT NULL,
  outlet     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ref        VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kinds      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  words      MEDIUMBLOB NOT NULL,
  words_key  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  decided_by BIGINT NOT NULL DEFAULT 0,
  decided_at BIGINT NOT NULL DEFAULT 0,
  event_key  VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at         BIGINT NOT NULL,
  KEY held_words_of (client_id, id),
  KEY held_words_by (staff_id, ref)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE held_words;
