-- +goose Up
CREATE TABLE data_copies (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id    BIGINT NOT NULL,
  lang         VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  media_id     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  password     MEDIUMBLOB,
  password_key VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  token_digest VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  left_out     INTEGER NOT NULL DEFAULT 0,
  downloads    INTEGER NOT NULL DEFAULT 0,
  tries        INTEGER NOT NULL DEFAULT 0,
  due_at       BIGINT NOT NULL,
  asked_at     BIGINT NOT NULL,
  ends_at      BIGINT NOT NULL DEFAULT 0,
  KEY data_copies_by_client (client_id, asked_at),
  KEY data_copies_by_state (state, due_at),
  KEY data_copies_by_token (token_digest)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE data_copies;
