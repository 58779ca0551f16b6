-- +goose Up
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the audit log is not changed';

-- +goose Down
DROP TRIGGER audit_no_update;
