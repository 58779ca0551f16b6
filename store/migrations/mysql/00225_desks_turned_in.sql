-- +goose Up
ALTER TABLE desks ADD COLUMN turned_in VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE desks DROP COLUMN turned_in;
