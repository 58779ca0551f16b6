-- +goose Up
CREATE TABLE handovers (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  from_id BIGINT NOT NULL,
  by_id   BIGINT NOT NULL,
  at      BIGINT NOT NULL
);

-- +goose Down
DROP TABLE handovers;
