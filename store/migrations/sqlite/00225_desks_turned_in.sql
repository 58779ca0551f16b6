-- +goose Up
ALTER TABLE desks ADD COLUMN turned_in TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE desks DROP COLUMN turned_in;
