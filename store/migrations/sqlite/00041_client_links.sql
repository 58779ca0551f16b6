-- +goose Up
CREATE TABLE client_links (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id BIGINT NOT NULL,
  joined_id BIGINT NOT NULL,
  event_key TEXT NOT NULL,
  at        BIGINT NOT NULL,
  undone_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX client_links_of ON client_links (client_id, id);

-- +goose Down
DROP TABLE client_links;
