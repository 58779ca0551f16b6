-- +goose Up
CREATE TABLE erasure_orders (
  id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id   BIGINT NOT NULL,
  reason      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  question_id BIGINT NOT NULL DEFAULT 0,
  event_key   VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  asked_at    BIGINT NOT NULL,
  done_at     BIGINT NOT NULL DEFAULT 0,
  KEY erasure_orders_by_state (state, id),
  KEY erasure_orders_of (client_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE erasure_orders;
