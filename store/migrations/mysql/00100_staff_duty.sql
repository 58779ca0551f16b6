-- +goose Up
ALTER TABLE staff ADD COLUMN duty VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'on';

-- +goose Down
ALTER TABLE staff DROP COLUMN duty;
