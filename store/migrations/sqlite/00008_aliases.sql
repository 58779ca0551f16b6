-- +goose Up
CREATE TABLE aliases (
  channel  TEXT NOT NULL,
  chat     TEXT NOT NULL,
  moved_to TEXT NOT NULL,
  PRIMARY KEY (channel, chat)
);
CREATE UNIQUE INDEX aliases_back ON aliases (channel, moved_to);

-- +goose Down
DROP TABLE aliases;
