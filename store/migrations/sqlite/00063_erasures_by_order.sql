-- +goose Up
CREATE INDEX erasures_by_order ON erasures (order_id);

-- +goose Down
DROP INDEX erasures_by_order;
