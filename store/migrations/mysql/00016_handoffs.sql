-- +goose Up
CREATE TABLE handoffs (
  id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id    BIGINT NOT NULL,
  state        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id     BIGINT NOT NULL DEFAULT 0,
  opened_at    BIGINT NOT NULL,
  taken_at     BIGINT NOT NULL DEFAULT 0,
  closed_at    BIGINT NOT NULL DEFAULT 0,
  KEY handoffs_by_client (client_id, state),
  KEY handoffs_by_staff (staff_id, state),
  KEY handoffs_by_state (state, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE handoffs;
