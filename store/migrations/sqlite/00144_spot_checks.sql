-- +goose Up
CREATE TABLE spot_checks (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  week        TEXT NOT NULL DEFAULT '',
  paper       TEXT NOT NULL DEFAULT '',
  client_id   BIGINT NOT NULL,
  staff_id    BIGINT NOT NULL,
  checker_id  BIGINT NOT NULL DEFAULT 0,
  state       TEXT NOT NULL DEFAULT '',
  politeness  INTEGER NOT NULL DEFAULT 0,
  promptness  INTEGER NOT NULL DEFAULT 0,
  truth       INTEGER NOT NULL DEFAULT 0,
  secrecy     INTEGER NOT NULL DEFAULT 0,
  finding     BLOB NOT NULL,
  rectified   BLOB NOT NULL,
  words_key   TEXT NOT NULL DEFAULT '',
  drawn_at    BIGINT NOT NULL,
  scored_at   BIGINT NOT NULL DEFAULT 0,
  answered_at BIGINT NOT NULL DEFAULT 0,
  closed_at   BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX spot_checks_once ON spot_checks (paper);
CREATE INDEX spot_checks_of ON spot_checks (client_id);
CREATE INDEX spot_checks_on ON spot_checks (staff_id, state);
CREATE INDEX spot_checks_closed ON spot_checks (closed_at);

-- +goose Down
DROP TABLE spot_checks;
