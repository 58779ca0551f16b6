-- +goose Up
CREATE TABLE introduction_steps (
  id              BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  introduction_id BIGINT NOT NULL,
  kind            VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  client_id       BIGINT NOT NULL DEFAULT 0,
  staff_id        BIGINT NOT NULL DEFAULT 0,
  why             VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  event_key       VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  at              BIGINT NOT NULL,
  KEY introduction_steps_of (introduction_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE introduction_steps;
