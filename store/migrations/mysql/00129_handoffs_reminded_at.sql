-- +goose Up
ALTER TABLE handoffs ADD COLUMN reminded_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE handoffs DROP COLUMN reminded_at;
