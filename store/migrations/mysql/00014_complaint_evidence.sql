-- +goose Up
CREATE TABLE complaint_evidence (
  complaint_id BIGINT NOT NULL,
  n            INTEGER NOT NULL,
  media_id     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (complaint_id, n)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE complaint_evidence;
