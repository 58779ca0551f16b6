-- +goose Up
CREATE TABLE staff (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation TEXT NOT NULL,
  role         TEXT NOT NULL,
  name         BLOB,
  lang         TEXT NOT NULL,
  enrolled_at  BIGINT NOT NULL,
  revoked_at   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX staff_once ON staff (conversation);

-- +goose Down
DROP TABLE staff;
