-- +goose Up
CREATE TABLE consents (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id BIGINT NOT NULL,
  kind      TEXT NOT NULL,
  answer    TEXT NOT NULL,
  version   TEXT NOT NULL,
  digest    TEXT NOT NULL,
  lang      TEXT NOT NULL,
  channel   TEXT NOT NULL,
  event_key TEXT NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX consents_of ON consents (client_id, kind, id);
CREATE INDEX consents_by_digest ON consents (digest);

-- +goose Down
DROP TABLE consents;
