-- +goose Up
ALTER TABLE staff ADD COLUMN capacity INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE staff DROP COLUMN capacity;
