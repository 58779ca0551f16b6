-- +goose Up
ALTER TABLE handoffs ADD COLUMN desk VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE handoffs DROP COLUMN desk;
