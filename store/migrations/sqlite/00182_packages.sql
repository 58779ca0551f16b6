-- +goose Up
CREATE TABLE packages (
  client_id BIGINT NOT NULL PRIMARY KEY,
  total     BIGINT NOT NULL,
  used      BIGINT NOT NULL,
  from_at   BIGINT NOT NULL,
  until_at  BIGINT NOT NULL,
  staff_id  BIGINT NOT NULL,
  at        BIGINT NOT NULL
);

-- +goose Down
DROP TABLE packages;
