-- +goose Up
ALTER TABLE clients ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE clients DROP COLUMN standing;
