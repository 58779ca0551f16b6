package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"redthread/bot"
)

// Role says what a member of staff is to the agency, and so what they see.
type Role string

// The roles.
const (
	RoleOwner      Role = "owner"      // the agency's owner
	RoleSupervisor Role = "supervisor" // 店长: sees every case, hears what nobody takes
	RoleMatchmaker Role = "matchmaker" // 红娘
	RoleService    Role = "service"    // 客服: complaints and questions
)

// Roles lists all roles.
var Roles = []Role{RoleOwner, RoleSupervisor, RoleMatchmaker, RoleService}

// ParseRole reads a role's name.
func ParseRole(s string) (Role, error) {
	if !slices.Contains(Roles, Role(s)) {
		return "", fmt.Errorf("store: there is no role %q, only owner, supervisor, matchmaker and service", s)
	}
	return Role(s), nil
}

// Staff is a member of staff. One with two chats, one on
// each platform, is one colleague in both.
type Staff struct {
	ID           int64
	Conversation bot.Conversation   // where they are best reached now
	Chats        []bot.Conversation // all of them, that one first
	Role         Role
	Name         string // as clients are told
	Lang         string
	EnrolledAt   time.Time
	RevokedAt    time.Time // zero: they work here
	Duty         Duty
	LeaveUntil   time.Time // of DutyLeave: when they are back
	Capacity     int       // how many clients they talk with at once
	OwnCapacity  bool      // the figure was set for them, and is not the agency's
	Langs        []string  // in which they can talk with clients, besides Lang
}

// Code names a colleague where no name should stand, such as across a photo:
// "S-000003".
func (s Staff) Code() string { return number("S", s.ID) }

// In says that the chat is one of the colleague's.
func (s Staff) In(c bot.Conversation) bool { return slices.Contains(s.Chats, c) }

type staffRow struct {
	ID           int64
	Conversation string // where they enrolled; their name is sealed for it
	Role         string
	Name         []byte
	Lang         string
	EnrolledAt   int64
	RevokedAt    int64
	Duty         string
	LeaveUntil   int64
	Capacity     int // 0: the agency's
	Langs        string
}

func (staffRow) TableName() string { return "staff" }

func staffNamePlace(conversation string) string { return "staff.name|" + conversation }

// staffThere finds whose chat it is. It takes the conversation twice.
const staffThere = "(conversation = ? OR id IN (SELECT staff_id FROM staff_chats WHERE conversation = ?))"

// Staff reads the member of staff who talks to us there. ErrNotFound: nobody
// who works here, or not any more.
func (tx *Tx) Staff(c bot.Conversation) (Staff, error) {
	return tx.staffWhere(staffThere+" AND revoked_at = 0", c.String(), c.String())
}

// StaffByID reads a member of staff. ErrNotFound: nobody who works here.
func (tx *Tx) StaffByID(id int64) (Staff, error) {
	return tx.staffWhere("id = ? AND revoked_at = 0", id)
}

// StaffByCode reads the member of staff who is called "S-000003". ErrNotFound:
// nobody who works here.
func (tx *Tx) StaffByCode(code string) (Staff, error) {
	n, err := id("S", code)
	if err != nil {
		return Staff{}, err
	}
	return tx.StaffByID(n)
}

func (tx *Tx) staffWhere(where string, args ...any) (Staff, error) {
	found, err := tx.allStaff(where, args...)
	if err != nil {
		return Staff{}, err
	}
	if len(found) == 0 {
		return Staff{}, fmt.Errorf("store: read staff: %w", ErrNotFound)
	}
	return found[0], nil
}

// StaffOf lists who works here in one of the roles, in the order they came;
// everybody when no role is named.
func (tx *Tx) StaffOf(roles ...Role) ([]Staff, error) {
	if tx.roster == nil {
		all, err := tx.allStaff("revoked_at = 0")
		if err != nil {
			return nil, err
		}
		tx.roster = append([]Staff{}, all...)
	}
	if len(roles) == 0 {
		roles = Roles
	}
	var found []Staff
	for _, st := range tx.roster {
		if slices.Contains(roles, st.Role) {
			found = append(found, st)
		}
	}
	return found, nil
}

func (tx *Tx) allStaff(where string, args ...any) ([]Staff, error) {
	db, err := tx.look("staff", "staff_chats")
	if err != nil {
		return nil, err
	}
	var rows []staffRow
	if err := db.Where(where, args...).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read staff", err)
	}
	return tx.s.allStaff(db, rows)
}

// allStaff reads the rows with the chats of each.
func (s *Store) allStaff(db *gorm.DB, rows []staffRow) ([]Staff, error) {
	var all []Staff
	for _, row := range rows {
		st, err := s.staff(row)
		if err != nil {
			return nil, err
		}
		all = append(all, st)
	}
	return all, s.fillChats(db, all)
}

func (s *Store) staff(row staffRow) (Staff, error) {
	st := Staff{ID: row.ID, Role: Role(row.Role), Lang: row.Lang, EnrolledAt: fromMillis(row.EnrolledAt), RevokedAt: fromMillis(row.RevokedAt), Capacity: row.Capacity, OwnCapacity: row.Capacity > 0, Langs: strings.Fields(row.Langs)}
	st.Duty, st.LeaveUntil = s.dutyOf(row)
	if !st.OwnCapacity {
		st.Capacity = s.capacity
	}
	var err error
	if st.Conversation, err = bot.ParseConversation(row.Conversation); err != nil {
		return st, err
	}
	st.Chats = []bot.Conversation{st.Conversation}
	name, err := s.box.Open(staffNamePlace(row.Conversation), row.Name)
	st.Name = string(name)
	return st, err
}

// Enrol makes the person of the turn's event a member of staff, by an invite
// that CheckInvite has found good. ErrNotFound: it is not good any more. Who
// works here already takes the new role.
func (tx *Tx) Enrol(invite Invite, name, lang string) (Staff, error) {
	if err := tx.useInvite(invite); err != nil {
		return Staff{}, err
	}
	here := tx.ev.From.String()
	row := staffRow{Conversation: here}
	err := tx.hold("read staff", &row, staffThere, here, here)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Staff{}, err
	}
	tx.roster = nil
	row.Role, row.Lang, row.Duty, row.LeaveUntil = string(invite.Role), lang, string(DutyOn), 0
	row.EnrolledAt, row.RevokedAt = millis(tx.now), 0
	if row.Name, err = tx.s.box.Seal(staffNamePlace(row.Conversation), []byte(name)); err != nil {
		return Staff{}, err
	}
	db, err := tx.records()
	if err != nil {
		return Staff{}, err
	}
	if err := db.Save(&row).Error; err != nil {
		return Staff{}, wrap("enrol staff", err)
	}
	st, err := tx.StaffByID(row.ID)
	if err != nil {
		return st, err
	}
	return st, tx.Audit(st.Actor(), Entry{Action: AuditEnrol, Subject: st.Code(), Detail: row.Role})
}

// StaffList lists everybody who works here or once did, in the order they came.
func (s *Store) StaffList(ctx context.Context) ([]Staff, error) {
	db := s.orm.WithContext(ctx)
	var rows []staffRow
	if err := db.Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("list staff", err)
	}
	return s.allStaff(db, rows)
}

// RevokeStaff ends a person's access. What they had in hand goes to others by load;
// what nobody can take is free again, and who has the say is alerted as for papers
// that nobody takes. ErrNotFound: nobody of that number works here.
func (s *Store) RevokeStaff(ctx context.Context, id int64) error {
	_, err := s.HandOver(ctx, id, 0)
	return err
}

// freed is a paper that has lost the one who took care of it.
type freed struct {
	id           int64
	conversation string
}

// free gives papers back and has their timer come due at once, so that someone
// hears of it.
func (s *Store) free(ctx context.Context, tx *sql.Tx, find, release string, staff int64, timer, letter string) error {
	rows, err := tx.QueryContext(ctx, find, staff)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []freed
	for rows.Next() {
		var f freed
		if err := rows.Scan(&f.id, &f.conversation); err != nil {
			return err
		}
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, f := range all {
		if _, err := tx.ExecContext(ctx, release, f.id); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, s.timerUpsert(1), f.conversation, timer, number(letter, f.id), millis(s.now())); err != nil {
			return err
		}
	}
	return nil
}
