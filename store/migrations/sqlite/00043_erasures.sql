-- +goose Up
CREATE TABLE erasures (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  kind      TEXT NOT NULL,
  reason    TEXT NOT NULL,
  n         BIGINT NOT NULL,
  oldest_at BIGINT NOT NULL,
  at        BIGINT NOT NULL
);
CREATE INDEX erasures_by_time ON erasures (at);

-- +goose Down
DROP TABLE erasures;
