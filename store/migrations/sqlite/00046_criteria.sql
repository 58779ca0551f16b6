-- +goose Up
CREATE TABLE criteria (
  client_id  BIGINT NOT NULL PRIMARY KEY,
  wishes     BLOB NOT NULL,
  wishes_key TEXT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE criteria;
