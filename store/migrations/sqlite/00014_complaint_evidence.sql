-- +goose Up
CREATE TABLE complaint_evidence (
  complaint_id BIGINT NOT NULL,
  n            INTEGER NOT NULL,
  media_id     TEXT NOT NULL,
  PRIMARY KEY (complaint_id, n)
);

-- +goose Down
DROP TABLE complaint_evidence;
