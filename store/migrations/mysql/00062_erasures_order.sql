-- +goose Up
ALTER TABLE erasures ADD COLUMN order_id BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE erasures DROP COLUMN order_id;
