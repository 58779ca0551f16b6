-- +goose Up
CREATE TABLE refusals (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  reason  TEXT NOT NULL,
  channel TEXT NOT NULL,
  at      BIGINT NOT NULL
);

-- +goose Down
DROP TABLE refusals;
