-- +goose Up
CREATE TABLE profiles (
  client_id  BIGINT NOT NULL PRIMARY KEY,
  facts      MEDIUMBLOB NOT NULL,
  facts_key  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
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
  filed_at   BIGINT NOT NULL DEFAULT 0,
  KEY profiles_by_codes (state, gender, born_in),
  KEY profiles_by_age (state, updated_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE profiles;
