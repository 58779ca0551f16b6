-- +goose Up
ALTER TABLE staff ADD COLUMN duty TEXT NOT NULL DEFAULT 'on';

-- +goose Down
ALTER TABLE staff DROP COLUMN duty;
