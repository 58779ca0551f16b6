-- +goose Up
CREATE TABLE reveals (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id  BIGINT NOT NULL,
  client_id BIGINT NOT NULL,
  what      TEXT NOT NULL,
  event_key TEXT NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX reveals_of ON reveals (client_id, id);

-- +goose Down
DROP TABLE reveals;
