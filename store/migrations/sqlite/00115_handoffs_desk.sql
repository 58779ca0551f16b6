-- +goose Up
ALTER TABLE handoffs ADD COLUMN desk TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE handoffs DROP COLUMN desk;
