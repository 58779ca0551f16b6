-- +goose Up
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit log is not removed';

-- +goose Down
DROP TRIGGER audit_no_delete;
