-- +goose Up
CREATE TABLE profile_notes (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  note      MEDIUMBLOB NOT NULL,
  note_key  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at        BIGINT NOT NULL,
  KEY profile_notes_of (client_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE profile_notes;
