-- +goose Up
CREATE TABLE complaints (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id    BIGINT NOT NULL,
  matter       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  facts        MEDIUMBLOB NOT NULL,
  facts_key    VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  owner_id     BIGINT NOT NULL DEFAULT 0,
  filed_at     BIGINT NOT NULL,
  promised_at  BIGINT NOT NULL,
  taken_at     BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0,
  KEY complaints_by_client (client_id, id),
  KEY complaints_by_owner (owner_id, state),
  KEY complaints_by_state (state, promised_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE complaints;
