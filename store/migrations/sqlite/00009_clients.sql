-- +goose Up
CREATE TABLE clients (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,
  name         BLOB,
  lang         TEXT NOT NULL,
  source       TEXT NOT NULL,
  arrived_at   BIGINT NOT NULL,
  left_at      BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX clients_once ON clients (conversation);

-- +goose Down
DROP TABLE clients;
