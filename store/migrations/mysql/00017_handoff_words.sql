-- +goose Up
CREATE TABLE handoff_words (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  handoff_id BIGINT NOT NULL,
  words      MEDIUMBLOB NOT NULL,
  words_key  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at         BIGINT NOT NULL,
  KEY handoff_words_of (handoff_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE handoff_words;
