-- +goose Up
CREATE TABLE consent_texts (
  digest   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  kind     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version  VARCHAR(32) NOT NULL,
  lang     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  words    TEXT NOT NULL,
  first_at BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE consent_texts;
