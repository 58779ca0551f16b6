-- +goose Up
CREATE TABLE sos_calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id BIGINT NOT NULL,
  date_id BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT '',
  staff_id BIGINT NOT NULL DEFAULT 0,
  opened_at BIGINT NOT NULL,
  taken_at BIGINT NOT NULL DEFAULT 0,
  closed_at BIGINT NOT NULL DEFAULT 0,
  mistake_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sos_calls_of ON sos_calls (client_id, closed_at);
CREATE INDEX sos_calls_closed ON sos_calls (closed_at);

-- +goose Down
DROP TABLE sos_calls;
