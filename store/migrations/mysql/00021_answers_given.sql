-- +goose Up
CREATE TABLE answers_given (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id    BIGINT NOT NULL,
  entry        VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version      INT NOT NULL,
  lang         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  digest       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  how          VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_key    VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at           BIGINT NOT NULL,
  KEY answers_given_by_client (client_id, id),
  KEY answers_given_by_time (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE answers_given;
