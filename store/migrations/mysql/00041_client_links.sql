-- +goose Up
CREATE TABLE client_links (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  joined_id BIGINT NOT NULL,
  event_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at        BIGINT NOT NULL,
  undone_at BIGINT NOT NULL DEFAULT 0,
  KEY client_links_of (client_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE client_links;
