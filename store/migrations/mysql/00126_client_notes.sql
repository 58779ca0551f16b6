-- +goose Up
CREATE TABLE client_notes (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id  BIGINT NOT NULL,
  staff_id   BIGINT NOT NULL,
  handoff_id BIGINT NOT NULL DEFAULT 0,
  note       MEDIUMBLOB NOT NULL,
  note_key   VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at         BIGINT NOT NULL,
  KEY client_notes_of (client_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE client_notes;
