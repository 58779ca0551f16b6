-- +goose Up
ALTER TABLE staff ADD COLUMN langs TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE staff DROP COLUMN langs;
