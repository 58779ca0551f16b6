-- +goose Up
CREATE TABLE desks (
  conversation TEXT NOT NULL PRIMARY KEY,
  handoff_id   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE desks;
