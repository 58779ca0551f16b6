-- +goose Up
CREATE TABLE consent_texts (
  digest   TEXT NOT NULL PRIMARY KEY,
  kind     TEXT NOT NULL,
  version  TEXT NOT NULL,
  lang     TEXT NOT NULL,
  words    TEXT NOT NULL,
  first_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE consent_texts;
