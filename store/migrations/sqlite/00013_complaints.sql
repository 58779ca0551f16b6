-- +goose Up
CREATE TABLE complaints (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id    BIGINT NOT NULL,
  matter       TEXT NOT NULL,
  state        TEXT NOT NULL,
  facts        BLOB NOT NULL,
  facts_key    TEXT NOT NULL,
  owner_id     BIGINT NOT NULL DEFAULT 0,
  filed_at     BIGINT NOT NULL,
  promised_at  BIGINT NOT NULL,
  taken_at     BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX complaints_by_client ON complaints (client_id, id);
CREATE INDEX complaints_by_owner ON complaints (owner_id, state);
CREATE INDEX complaints_by_state ON complaints (state, promised_at);

-- +goose Down
DROP TABLE complaints;
