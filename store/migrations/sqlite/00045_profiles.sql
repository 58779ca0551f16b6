-- +goose Up
CREATE TABLE profiles (
  client_id  BIGINT NOT NULL PRIMARY KEY,
  facts      BLOB NOT NULL,
  facts_key  TEXT NOT NULL,
  state      TEXT NOT NULL,
  gender     INTEGER NOT NULL DEFAULT 0,
  born_in    INTEGER NOT NULL DEFAULT 0,
  stature    INTEGER NOT NULL DEFAULT 0,
  schooling  INTEGER NOT NULL DEFAULT 0,
  city       INTEGER NOT NULL DEFAULT 0,
  marital    INTEGER NOT NULL DEFAULT 0,
  smoking    INTEGER NOT NULL DEFAULT 0,
  drinking   INTEGER NOT NULL DEFAULT 0,
  begun_at   BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  filed_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX profiles_by_codes ON profiles (state, gender, born_in);
CREATE INDEX profiles_by_age ON profiles (state, updated_at);

-- +goose Down
DROP TABLE profiles;
