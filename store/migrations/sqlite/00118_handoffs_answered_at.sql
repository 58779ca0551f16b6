-- +goose Up
ALTER TABLE handoffs ADD COLUMN answered_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE handoffs DROP COLUMN answered_at;
