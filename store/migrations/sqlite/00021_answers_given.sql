-- +goose Up
CREATE TABLE answers_given (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id    BIGINT NOT NULL,
  entry        TEXT NOT NULL,
  version      INTEGER NOT NULL,
  lang         TEXT NOT NULL,
  digest       TEXT NOT NULL,
  how          TEXT NOT NULL,
  event_key    TEXT NOT NULL,
  at           BIGINT NOT NULL
);
CREATE INDEX answers_given_by_client ON answers_given (client_id, id);
CREATE INDEX answers_given_by_time ON answers_given (at);

-- +goose Down
DROP TABLE answers_given;
