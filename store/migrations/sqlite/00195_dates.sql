-- +goose Up
CREATE TABLE dates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  introduction_id BIGINT NOT NULL,
  a_id BIGINT NOT NULL,
  b_id BIGINT NOT NULL,
  staff_id BIGINT NOT NULL,
  state TEXT NOT NULL DEFAULT '',
  ended TEXT NOT NULL DEFAULT '',
  round INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  place BLOB NOT NULL,
  place_key TEXT NOT NULL DEFAULT '',
  zone TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL DEFAULT 0,
  minutes INTEGER NOT NULL DEFAULT 0,
  a_done INTEGER NOT NULL DEFAULT 0,
  b_done INTEGER NOT NULL DEFAULT 0,
  a_confirmed_at BIGINT NOT NULL DEFAULT 0,
  b_confirmed_at BIGINT NOT NULL DEFAULT 0,
  a_going_at BIGINT NOT NULL DEFAULT 0,
  b_going_at BIGINT NOT NULL DEFAULT 0,
  a_home_at BIGINT NOT NULL DEFAULT 0,
  b_home_at BIGINT NOT NULL DEFAULT 0,
  a_missed INTEGER NOT NULL DEFAULT 0,
  b_missed INTEGER NOT NULL DEFAULT 0,
  a_dating INTEGER NOT NULL DEFAULT 0,
  b_dating INTEGER NOT NULL DEFAULT 0,
  event_key TEXT NOT NULL DEFAULT '',
  proposed_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX dates_of ON dates (introduction_id);
CREATE INDEX dates_one ON dates (a_id, at);
CREATE INDEX dates_other ON dates (b_id, at);
CREATE INDEX dates_at ON dates (at);
CREATE INDEX dates_closed ON dates (closed_at);

-- +goose Down
DROP TABLE dates;
