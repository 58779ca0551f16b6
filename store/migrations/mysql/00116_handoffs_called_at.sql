-- +goose Up
ALTER TABLE handoffs ADD COLUMN called_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE handoffs DROP COLUMN called_at;
