-- +goose Up
CREATE TABLE staff_chats (
  conversation TEXT NOT NULL PRIMARY KEY,
  staff_id     BIGINT NOT NULL,
  linked_at    BIGINT NOT NULL,
  used_at      BIGINT NOT NULL
);

-- +goose Down
DROP TABLE staff_chats;
