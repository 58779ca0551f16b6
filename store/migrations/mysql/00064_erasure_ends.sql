-- +goose Up
CREATE TABLE erasure_ends (
  conversation VARCHAR(160) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_id     BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  after_at     BIGINT NOT NULL,
  until_at     BIGINT NOT NULL,
  PRIMARY KEY (conversation, order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE erasure_ends;
