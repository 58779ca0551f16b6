-- +goose Up
CREATE TABLE aliases (
  channel  VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  chat     VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  moved_to VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (channel, chat)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE aliases;
