-- +goose Up
CREATE TABLE audit_head (
  id     INTEGER NOT NULL PRIMARY KEY,
  seq    BIGINT NOT NULL,
  hash   TEXT NOT NULL,
  key_no BIGINT NOT NULL
);

-- +goose Down
DROP TABLE audit_head;
