-- +goose Up
CREATE TABLE client_topics (
  client_id    BIGINT NOT NULL PRIMARY KEY,
  conversation VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  KEY client_topics_at (conversation)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE client_topics;
