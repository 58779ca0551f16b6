-- +goose Up
CREATE TABLE audit_reasons (
  seq       INTEGER NOT NULL PRIMARY KEY,
  client_id BIGINT NOT NULL,
  reason    BLOB NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX audit_reasons_of ON audit_reasons (client_id);
CREATE INDEX audit_reasons_at ON audit_reasons (at);

-- +goose Down
DROP TABLE audit_reasons;
