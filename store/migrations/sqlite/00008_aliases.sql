-- +goose Up
CREATE TABLE aliases (
  channel  TEXT NOT NULL,
  chat     TEXT NOT NULL,
  moved_to TEXT NOT NULL,
  PRIMARY KEY (channel, chat)
);

-- +goose Down
DROP TABLE aliases;
