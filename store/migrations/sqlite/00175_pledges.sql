-- +goose Up
CREATE TABLE pledges (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id BIGINT NOT NULL,
  version  TEXT NOT NULL,
  digest   TEXT NOT NULL,
  lang     TEXT NOT NULL,
  channel  TEXT NOT NULL,
  at       BIGINT NOT NULL
);
CREATE INDEX pledges_of ON pledges (staff_id, id);

-- +goose Down
DROP TABLE pledges;
