-- +goose Up
CREATE TABLE digests (
  staff_id BIGINT NOT NULL PRIMARY KEY,
  day      BIGINT NOT NULL
);

-- +goose Down
DROP TABLE digests;
