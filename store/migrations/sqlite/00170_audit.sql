-- +goose Up
CREATE TABLE audit (
  seq         INTEGER NOT NULL PRIMARY KEY,
  at          BIGINT NOT NULL,
  actor       TEXT NOT NULL,
  role        TEXT NOT NULL,
  action      TEXT NOT NULL,
  client_id   BIGINT NOT NULL,
  subject     TEXT NOT NULL,
  detail      TEXT NOT NULL,
  reason_mark TEXT NOT NULL,
  key_no      BIGINT NOT NULL,
  prev        TEXT NOT NULL,
  hash        TEXT NOT NULL
);
CREATE INDEX audit_of ON audit (client_id, seq);
CREATE INDEX audit_by ON audit (actor, seq);
CREATE INDEX audit_at ON audit (at);

-- +goose Down
DROP TABLE audit;
