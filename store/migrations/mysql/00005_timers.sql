-- +goose Up
CREATE TABLE timers (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  ref          VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  due_at       BIGINT NOT NULL,
  UNIQUE KEY timers_one_each (conversation, name, ref),
  KEY timers_due (due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE timers;
