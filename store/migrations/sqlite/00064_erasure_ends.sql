-- +goose Up
CREATE TABLE erasure_ends (
  conversation TEXT NOT NULL,
  order_id     BIGINT NOT NULL,
  seq          BIGINT NOT NULL,
  after_at     BIGINT NOT NULL,
  until_at     BIGINT NOT NULL,
  PRIMARY KEY (conversation, order_id)
);

-- +goose Down
DROP TABLE erasure_ends;
