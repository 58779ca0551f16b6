-- +goose Up
CREATE TABLE introductions (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id  BIGINT NOT NULL,
  other_id   BIGINT NOT NULL,
  staff_id   BIGINT NOT NULL,
  agreed_by  BIGINT NOT NULL DEFAULT 0,
  pair       TEXT,
  state      TEXT NOT NULL,
  words      BLOB NOT NULL,
  contacts   BLOB NOT NULL,
  words_key  TEXT NOT NULL,
  a_consent  BIGINT NOT NULL DEFAULT 0,
  b_consent  BIGINT NOT NULL DEFAULT 0,
  event_key  TEXT NOT NULL DEFAULT '',
  made_at    BIGINT NOT NULL,
  asked_at   BIGINT NOT NULL DEFAULT 0,
  ends_at    BIGINT NOT NULL DEFAULT 0,
  passed_at  BIGINT NOT NULL DEFAULT 0,
  changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX introductions_once ON introductions (pair);
CREATE INDEX introductions_of ON introductions (client_id);
CREATE INDEX introductions_with ON introductions (other_id);
CREATE INDEX introductions_by ON introductions (staff_id, state);
CREATE INDEX introductions_changed ON introductions (changed_at);

-- +goose Down
DROP TABLE introductions;
