-- +goose Up
CREATE TABLE staff_chats (
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  staff_id     BIGINT NOT NULL,
  linked_at    BIGINT NOT NULL,
  used_at      BIGINT NOT NULL,
  KEY staff_chats_of (staff_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE staff_chats;
