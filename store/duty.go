package store

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Duty says whether a colleague is at work.
type Duty string

// A colleague's duty. Who has never said anything is on duty: somebody newly
// enrolled hears of clients at once.
const (
	DutyOn    Duty = "on"    // 上班
	DutyOff   Duty = "off"   // 下班
	DutyLeave Duty = "leave" // 请假, until a time
)

// How many clients a colleague talks with at once: what the agency may set, and
// where it sets nothing.
const (
	DefaultCapacity = 3
	MostCapacity    = 20
)

// dutyOf is the duty that a row tells at this moment: leave ends by itself.
func (s *Store) dutyOf(row staffRow) (Duty, time.Time) {
	if Duty(row.Duty) != DutyLeave {
		return Duty(row.Duty), time.Time{}
	}
	if row.LeaveUntil <= millis(s.now()) {
		return DutyOn, time.Time{}
	}
	return DutyLeave, fromMillis(row.LeaveUntil)
}

// Working says that the colleague is at work now: on duty, and still with us.
// Whether the agency is open at all is the calendar's to say.
func (s Staff) Working() bool { return s.RevokedAt.IsZero() && s.Duty == DutyOn }

// OnDuty lists who is at work now in one of the roles, in the order they came to
// us; of every role when none is named. It may be nobody.
func (tx *Tx) OnDuty(roles ...Role) ([]Staff, error) {
	all, err := tx.StaffOf(roles...)
	return slices.DeleteFunc(all, func(s Staff) bool { return !s.Working() }), err
}

// SetDuty notes that a colleague comes to work, leaves it, or is on leave until the
// time given, which counts for leave alone. ErrNotFound: they work here no more.
func (tx *Tx) SetDuty(staff int64, d Duty, until time.Time) error {
	if d != DutyLeave {
		until = time.Time{}
	}
	return tx.setStaff("note a colleague's duty", staff, "duty = ?, leave_until = ?", string(d), millis(until))
}

// SetCapacity sets how many clients the colleague talks with at once, from 1 to
// MostCapacity; 0: as many as the agency has set for everybody. ErrNotFound: they
// work here no more.
func (tx *Tx) SetCapacity(staff int64, n int) error {
	if n < 0 || n > MostCapacity {
		return fmt.Errorf("store: %d is no number of clients to talk with at once", n)
	}
	return tx.setStaff("set a colleague's capacity", staff, "capacity = ?", n)
}

// SetLangs sets in which languages the colleague can talk with clients.
// ErrNotFound: they work here no more.
func (tx *Tx) SetLangs(staff int64, langs []string) error {
	return tx.setStaff("set a colleague's languages", staff, "langs = ?", ascii(strings.Join(langs, " "), 64))
}

func (tx *Tx) setStaff(what string, staff int64, set string, args ...any) error {
	// MySQL does not count a row that keeps its values: so it is held first.
	if err := tx.hold(what, &staffRow{}, "id = ? AND revoked_at = 0", staff); err != nil {
		return err
	}
	tx.roster = nil
	_, err := tx.exec("UPDATE staff SET "+set+" WHERE id = ?", append(args, staff)...)
	return wrap(what, err)
}
