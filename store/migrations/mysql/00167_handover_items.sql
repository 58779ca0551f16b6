-- +goose Up
CREATE TABLE handover_items (
  handover_id BIGINT NOT NULL,
  kind        VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paper_id    BIGINT NOT NULL,
  to_id       BIGINT NOT NULL,
  PRIMARY KEY (handover_id, kind, paper_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE handover_items;
