-- +goose Up
CREATE TABLE client_notes (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id  BIGINT NOT NULL,
  staff_id   BIGINT NOT NULL,
  handoff_id BIGINT NOT NULL DEFAULT 0,
  note       BLOB NOT NULL,
  note_key   TEXT NOT NULL,
  at         BIGINT NOT NULL
);
CREATE INDEX client_notes_of ON client_notes (client_id, id);

-- +goose Down
DROP TABLE client_notes;
