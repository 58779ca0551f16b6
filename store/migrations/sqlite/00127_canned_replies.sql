-- +goose Up
CREATE TABLE canned_replies (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  reply     BIGINT NOT NULL,
  version   BIGINT NOT NULL,
  body      BLOB NOT NULL,
  body_key  TEXT NOT NULL,
  staff_id  BIGINT NOT NULL,
  gone      BIGINT NOT NULL DEFAULT 0,
  at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_replies_once ON canned_replies (reply, version);

-- +goose Down
DROP TABLE canned_replies;
