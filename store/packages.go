package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A package (套餐) is how many introductions a client has paid for, and until when.
// One counts when both have said yes and contacts have passed, for each of the two
// who has a package. One that is under way holds a place, so that none is asked
// for whom there is no room; who has no package has nothing counted.

// introOpen finds the introductions in which contacts may still come to pass.
const introOpen = "state IN ('" + string(IntroProposed) + "', '" + string(IntroAskedA) + "', '" + string(IntroAskedB) + "')"

// Package is what a client has paid for.
type Package struct {
	Total, Used int
	UnderWay    int       // introductions that are open, each of which may come to count
	From, Until time.Time // it counts before Until
}

// Left is how many more introductions may be begun.
func (p Package) Left() int { return max(0, p.Total-p.Used-p.UnderWay) }

// Over says that its term has ended.
func (p Package) Over(now time.Time) bool { return !now.Before(p.Until) }

type packageRow struct {
	ClientID int64 `gorm:"primaryKey;autoIncrement:false"` // the person, or a chat of theirs
	Total    int
	Used     int
	FromAt   int64
	UntilAt  int64
	StaffID  int64 // who has set it last; 0: the operator
	At       int64
}

func (packageRow) TableName() string { return "packages" }

// PackageOf is a person's package. ErrNotFound: they have none.
func (tx *Tx) PackageOf(person int64) (Package, error) {
	row, err := tx.packageRow(person)
	if err != nil {
		return Package{}, err
	}
	p := Package{Total: row.Total, Used: row.Used, From: fromMillis(row.FromAt), Until: fromMillis(row.UntilAt)}
	mine, err := tx.chatsOf(person)
	if err != nil {
		return p, err
	}
	err = tx.count(&p.UnderWay, "SELECT COUNT(*) FROM introductions WHERE "+introOpen+" AND (client_id IN ("+mine+") OR other_id IN ("+mine+"))")
	return p, err
}

// packageRow is the person's package, held until we commit: of two chats' that were
// linked the one that lasts longer.
func (tx *Tx) packageRow(person int64) (row packageRow, err error) {
	db, err := tx.records()
	if err != nil {
		return row, err
	}
	return row, taken("read package", db.Clauses(forUpdate).Where(ofPerson, person, person).Order("until_at DESC, client_id").Take(&row).Error)
}

// NewPackage is what a client's package is to be.
type NewPackage struct {
	Total int
	Until time.Time
	Anew  bool // a new one: nothing of it is used
	By    Staff
}

// SetPackage gives a person a package, or changes the one they have: what is used of
// it stays used, unless its term has ended or a new one begins. ErrFull: more is
// used or under way than it would hold.
func (tx *Tx) SetPackage(person int64, n NewPackage) (Package, error) {
	if err := tx.hold("hold client", &clientRow{}, "id = ?", person); err != nil {
		return Package{}, err
	}
	was, err := tx.PackageOf(person)
	fresh := errors.Is(err, ErrNotFound)
	if err != nil && !fresh {
		return was, err
	}
	if fresh || n.Anew || was.Over(tx.now) {
		was.Used, was.From = 0, tx.now
	}
	if n.Total < was.Used+was.UnderWay {
		return was, wrap("set package", ErrFull)
	}
	if _, err := tx.exec("DELETE FROM packages WHERE "+ofPerson, person, person); err != nil {
		return was, wrap("set package", err)
	}
	db, err := tx.records()
	if err != nil {
		return was, err
	}
	row := packageRow{ClientID: person, Total: n.Total, Used: was.Used, FromAt: millis(was.From), UntilAt: millis(n.Until), StaffID: n.By.ID, At: millis(tx.now)}
	if err := db.Create(&row).Error; err != nil {
		return was, wrap("set package", err)
	}
	return tx.PackageOf(person)
}

// spend counts an introduction, if there is room for it in the person's package; who
// has none needs no room.
func (tx *Tx) spend(person int64) (ok bool, err error) {
	row, err := tx.packageRow(person)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	n, err := tx.exec("UPDATE packages SET used = used + 1 WHERE client_id = ? AND used < total AND until_at > ?", row.ClientID, millis(tx.now))
	return n == 1, wrap("count an introduction", err)
}

// NewsPackage is the timer that tells a client and their matchmaker of the client's
// package; its ref is PackageSet, PackageEnds or PackageOver.
const NewsPackage = "package"

// What NewsPackage tells.
const (
	PackageSet  = "set"
	PackageEnds = "ends" // its term ends before long
	PackageOver = "over"
)

// SetPackage gives a client, "K-000012", a package, as Tx.SetPackage does, and has
// them told. ErrNotFound: there is no such client.
func (s *Store) SetPackage(ctx context.Context, client string, n NewPackage) (p Package, err error) {
	person, err := id("K", client)
	if err != nil {
		return p, err
	}
	err = s.inTx(ctx, "set package", func(t *sql.Tx) error {
		tx := s.aside(ctx, t)
		c, err := tx.clientByID(person)
		if err != nil {
			return err
		}
		if !c.ErasedAt.IsZero() || c.ID != person {
			return ErrNotFound
		}
		if p, err = tx.SetPackage(person, n); err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, s.timerUpsert(1), c.Conversation.String(), NewsPackage, PackageSet, millis(s.now()))
		return err
	})
	return p, err
}

// PackageOf is the package of a client, "K-000012". ErrNotFound: there is no such
// client, or they have none.
func (s *Store) PackageOf(ctx context.Context, client string) (p Package, err error) {
	person, err := id("K", client)
	if err != nil {
		return p, err
	}
	err = s.inTx(ctx, "read package", func(t *sql.Tx) error {
		p, err = s.aside(ctx, t).PackageOf(person)
		return err
	})
	return p, err
}
