-- +goose Up
CREATE TABLE profile_notes (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id BIGINT NOT NULL,
  note      BLOB NOT NULL,
  note_key  TEXT NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX profile_notes_of ON profile_notes (client_id, id);

-- +goose Down
DROP TABLE profile_notes;
