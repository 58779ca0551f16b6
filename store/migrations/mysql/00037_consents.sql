-- +goose Up
CREATE TABLE consents (
  id        BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id BIGINT NOT NULL,
  kind      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  answer    VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version   VARCHAR(32) NOT NULL,
  digest    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  lang      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel   VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at        BIGINT NOT NULL,
  KEY consents_of (client_id, kind, id),
  KEY consents_by_digest (digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE consents;
