-- +goose Up
ALTER TABLE staff ADD COLUMN langs VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE staff DROP COLUMN langs;
