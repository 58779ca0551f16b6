-- +goose Up
CREATE TABLE introduction_steps (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  introduction_id BIGINT NOT NULL,
  kind            TEXT NOT NULL,
  client_id       BIGINT NOT NULL DEFAULT 0,
  staff_id        BIGINT NOT NULL DEFAULT 0,
  why             TEXT NOT NULL DEFAULT '',
  event_key       TEXT NOT NULL DEFAULT '',
  at              BIGINT NOT NULL
);
CREATE INDEX introduction_steps_of ON introduction_steps (introduction_id, id);

-- +goose Down
DROP TABLE introduction_steps;
