-- +goose Up
CREATE TABLE kept_apart (
  client_id BIGINT NOT NULL,
  other_id  BIGINT NOT NULL,
  why       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  staff_id  BIGINT NOT NULL,
  event_key VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (client_id, other_id, why),
  KEY kept_apart_from (other_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE kept_apart;
