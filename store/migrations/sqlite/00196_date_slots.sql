-- +goose Up
CREATE TABLE date_slots (
  date_id BIGINT NOT NULL,
  round INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at BIGINT NOT NULL,
  a_suits INTEGER NOT NULL DEFAULT 0,
  b_suits INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (date_id, round, n)
);

-- +goose Down
DROP TABLE date_slots;
