-- +goose Up
CREATE TABLE introductions (
  id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  client_id  BIGINT NOT NULL,
  other_id   BIGINT NOT NULL,
  staff_id   BIGINT NOT NULL,
  agreed_by  BIGINT NOT NULL DEFAULT 0,
  pair       VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL,
  state      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  words      MEDIUMBLOB NOT NULL,
  contacts   MEDIUMBLOB NOT NULL,
  words_key  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  a_consent  BIGINT NOT NULL DEFAULT 0,
  b_consent  BIGINT NOT NULL DEFAULT 0,
  event_key  VARCHAR(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  made_at    BIGINT NOT NULL,
  asked_at   BIGINT NOT NULL DEFAULT 0,
  ends_at    BIGINT NOT NULL DEFAULT 0,
  passed_at  BIGINT NOT NULL DEFAULT 0,
  changed_at BIGINT NOT NULL,
  UNIQUE KEY introductions_once (pair),
  KEY introductions_of (client_id),
  KEY introductions_with (other_id),
  KEY introductions_by (staff_id, state),
  KEY introductions_changed (changed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE introductions;
