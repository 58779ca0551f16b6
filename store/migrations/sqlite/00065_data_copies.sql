-- +goose Up
CREATE TABLE data_copies (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id    BIGINT NOT NULL,
  lang         TEXT NOT NULL,
  state        TEXT NOT NULL,
  media_id     TEXT NOT NULL,
  password     BLOB,
  password_key TEXT NOT NULL,
  token_digest TEXT NOT NULL DEFAULT '',
  left_out     INTEGER NOT NULL DEFAULT 0,
  downloads    INTEGER NOT NULL DEFAULT 0,
  tries        INTEGER NOT NULL DEFAULT 0,
  due_at       BIGINT NOT NULL,
  asked_at     BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX data_copies_by_client ON data_copies (client_id, asked_at);
CREATE INDEX data_copies_by_state ON data_copies (state, due_at);
CREATE INDEX data_copies_by_token ON data_copies (token_digest);

-- +goose Down
DROP TABLE data_copies;
