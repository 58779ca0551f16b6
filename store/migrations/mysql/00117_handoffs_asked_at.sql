-- +goose Up
ALTER TABLE handoffs ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE handoffs DROP COLUMN asked_at;
