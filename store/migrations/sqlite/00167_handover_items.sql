-- +goose Up
CREATE TABLE handover_items (
  handover_id BIGINT NOT NULL,
  kind        TEXT NOT NULL,
  paper_id    BIGINT NOT NULL,
  to_id       BIGINT NOT NULL,
  PRIMARY KEY (handover_id, kind, paper_id)
);

-- +goose Down
DROP TABLE handover_items;
