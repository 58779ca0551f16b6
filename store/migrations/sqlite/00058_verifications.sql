-- +goose Up
CREATE TABLE verifications (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id BIGINT NOT NULL,
  entry     BLOB NOT NULL,
  entry_key TEXT NOT NULL,
  staff_id  BIGINT NOT NULL,
  event_key TEXT NOT NULL,
  at        BIGINT NOT NULL,
  until     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX verifications_of ON verifications (client_id, id);

-- +goose Down
DROP TABLE verifications;
