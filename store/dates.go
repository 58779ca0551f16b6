package store

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"redthread/bot"
)

// A date of two clients is one row, and whoever does something to it holds that row:
// both sides, the matchmaker and the clock change one shared state, one after the
// other. Where they meet and what was said about it is sealed; so is each side's
// feedback (feedback.go), which is never part of what the other is told.

// DateState is where a date stands.
type DateState string

// The states of a date.
const (
	DateAsked  DateState = "asked"  // each side says which times suit
	DateFixed  DateState = "fixed"  // a time suits both, and both are to confirm
	DateSet    DateState = "set"    // both have confirmed
	DateStuck  DateState = "stuck"  // it needs the matchmaker: no time, or another one is wished for
	DateOver   DateState = "over"   // its time has come and gone; feedback and the next step are to come
	DateClosed DateState = "closed" // and have come
	DateOff    DateState = "off"    // it was cancelled
)

// Live says that something is still to come before the two meet.
func (s DateState) Live() bool {
	return s == DateAsked || s == DateFixed || s == DateSet || s == DateStuck
}

// Pinned says that the date has its time: the two are expected somewhere.
func (s DateState) Pinned() bool { return s == DateFixed || s == DateSet }

// Side is one of the two: 0 or 1.
type Side int

// Nobody is neither side: a colleague, or the clock.
const Nobody Side = -1

// Other is the other side.
func (s Side) Other() Side { return 1 - s }

// DatePlace is where the two meet. It is sealed. The point is WGS-84; both zero:
// nobody knows it.
type DatePlace struct {
	ID           string // of the agency's list; empty: it was typed
	Name, NameEN string
	Address      string
	AddressEN    string
	Lat, Lng     float64
}

// In is the place's name in a language.
func (p DatePlace) In(lang string) string {
	if lang != "zh-CN" {
		return cmp.Or(p.NameEN, p.Name)
	}
	return p.Name
}

// AddressIn is its address in a language; it may be empty.
func (p DatePlace) AddressIn(lang string) string {
	if lang != "zh-CN" {
		return cmp.Or(p.AddressEN, p.Address)
	}
	return p.Address
}

// DateSide is how the date stands with one of the two.
type DateSide struct {
	Client    Client           // in the chat in which they hear from us now (Tx.Reach)
	Chat      bot.Conversation // in which the date's timers come due, wherever they are told
	Done      bool             // they have said all times that suit them
	Confirmed time.Time        // zero: not yet
	Going     time.Time        // they have answered a reminder; zero: not
	Home      time.Time        // they have come home; zero: they have not said so
	Missed    bool             // they did not come: the matchmaker has decided so
	Dating    int              // whether they want to be introduced to nobody else: 1 yes, 2 no, 0 not said
}

// Slot is a time that was proposed.
type Slot struct {
	At    time.Time
	Suits [2]bool
}

// Date is one date.
type Date struct {
	ID           int64
	Introduction int64
	Sides        [2]DateSide
	By           Staff // who proposed it; the zero Staff: they have left
	State        DateState
	Ended        string // why it is off, or what came of it
	Round        int    // of proposals, from 1
	Sequence     int    // rises with every change that a calendar must hear of
	Place        DatePlace
	Zone         *time.Location // of the place
	At           time.Time      // zero: no time suits both yet
	For          time.Duration
	Slots        []Slot // of this round
	ProposedAt   time.Time
	ChangedAt    time.Time
	ClosedAt     time.Time // zero: open
}

// Number is what everybody calls the date: "M-000001".
func (d Date) Number() string { return number("M", d.ID) }

// UID is what calendars call it, for ever.
func (d Date) UID() string { return d.Number() + "@redthread" }

// Ends is when it is expected to be over.
func (d Date) Ends() time.Time { return d.At.Add(d.For) }

// SideOf is the side that a person, named by Client.ID, is on; false: neither.
func (d Date) SideOf(person int64) (Side, bool) {
	i := slices.IndexFunc(d.Sides[:], func(s DateSide) bool { return s.Client.ID == person })
	return Side(i), i >= 0
}

// Chosen is the first time that suits both; false: there is none yet.
func (d Date) Chosen() (time.Time, bool) {
	for _, s := range d.Slots {
		if s.Suits[0] && s.Suits[1] {
			return s.At, true
		}
	}
	return time.Time{}, false
}

type dateRow struct {
	ID             int64
	IntroductionID int64
	AID            int64
	BID            int64
	StaffID        int64
	State          string
	Ended          string
	Round          int
	Sequence       int
	Place          []byte
	PlaceKey       string // names the row before it has a number
	Zone           string
	At             int64
	Minutes        int
	ADone          int
	BDone          int
	AConfirmedAt   int64
	BConfirmedAt   int64
	AGoingAt       int64
	BGoingAt       int64
	AHomeAt        int64
	BHomeAt        int64
	AMissed        int
	BMissed        int
	ADating        int
	BDating        int
	EventKey       string
	ProposedAt     int64
	ChangedAt      int64
	ClosedAt       int64
}

func (dateRow) TableName() string { return "dates" }

type slotRow struct {
	DateID int64 `gorm:"primaryKey;autoIncrement:false"`
	Round  int   `gorm:"primaryKey;autoIncrement:false"`
	N      int   `gorm:"primaryKey;autoIncrement:false"`
	At     int64
	ASuits int
	BSuits int
}

func (slotRow) TableName() string { return "date_slots" }

func datePlacePlace(key string) string { return "dates.place|" + key }

// NewDate is what a matchmaker proposes to two clients.
type NewDate struct {
	Introduction int64
	A, B         Client
	By           Staff
	Place        DatePlace
	Zone         *time.Location
	For          time.Duration
	Slots        []time.Time
}

// ProposeDate keeps a proposal and gives it its number.
func (tx *Tx) ProposeDate(n NewDate) (Date, error) {
	row := dateRow{
		IntroductionID: n.Introduction, AID: n.A.Chat, BID: n.B.Chat, StaffID: n.By.ID, State: string(DateAsked), PlaceKey: newID(), Zone: n.Zone.String(), Minutes: int(n.For.Minutes()),
		EventKey: string(tx.ev.Key), ProposedAt: millis(tx.now), ChangedAt: millis(tx.now),
	}
	var err error
	if row.Place, err = tx.s.box.SealJSON(datePlacePlace(row.PlaceKey), n.Place); err != nil {
		return Date{}, err
	}
	db, err := tx.records()
	if err != nil {
		return Date{}, err
	}
	if err := db.Create(&row).Error; err != nil {
		return Date{}, wrap("propose a date", err)
	}
	d, err := tx.date(row)
	if err != nil {
		return d, err
	}
	return d, tx.ProposeAgain(&d, n.Slots)
}

// ProposeAgain begins the next round: other times, which nobody has answered.
func (tx *Tx) ProposeAgain(d *Date, slots []time.Time) error {
	d.Round, d.Sequence, d.State, d.At, d.Slots = d.Round+1, d.Sequence+1, DateAsked, time.Time{}, nil
	for i := range d.Sides {
		d.Sides[i] = DateSide{Client: d.Sides[i].Client, Chat: d.Sides[i].Chat}
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	for n, at := range slots {
		if err := db.Create(&slotRow{DateID: d.ID, Round: d.Round, N: n, At: millis(at)}).Error; err != nil {
			return wrap("propose a time", err)
		}
		d.Slots = append(d.Slots, Slot{At: at})
	}
	return tx.SaveDate(d)
}

// SetPlace changes where the two meet.
func (tx *Tx) SetPlace(d *Date, p DatePlace, zone *time.Location) error {
	var row dateRow
	if err := tx.hold("read date", &row, "id = ?", d.ID); err != nil {
		return err
	}
	sealed, err := tx.s.box.SealJSON(datePlacePlace(row.PlaceKey), p)
	if err != nil {
		return err
	}
	d.Place, d.Zone = p, zone
	return tx.update("change where a date is", &dateRow{}, d.ID, map[string]any{"place": sealed, "zone": zone.String()})
}

// Date reads a date and holds it: whoever else changes it waits until we have
// committed. ErrNotFound: there is none of that number, or none any more.
func (tx *Tx) Date(ref string) (Date, error) {
	n, err := id("M", ref)
	if err != nil {
		return Date{}, err
	}
	var row dateRow
	if err := tx.hold("read date", &row, "id = ?", n); err != nil {
		return Date{}, err
	}
	return tx.date(row)
}

// SaveDate keeps what has changed of a date that the turn holds.
func (tx *Tx) SaveDate(d *Date) error {
	d.ChangedAt = tx.now
	a, b := d.Sides[0], d.Sides[1]
	err := tx.update("change a date", &dateRow{}, d.ID, map[string]any{
		"state": string(d.State), "ended": d.Ended, "round": d.Round, "sequence": d.Sequence, "at": millis(d.At), "changed_at": millis(d.ChangedAt), "closed_at": millis(d.ClosedAt),
		"a_done": flag(a.Done), "a_confirmed_at": millis(a.Confirmed), "a_going_at": millis(a.Going), "a_home_at": millis(a.Home), "a_missed": flag(a.Missed), "a_dating": a.Dating,
		"b_done": flag(b.Done), "b_confirmed_at": millis(b.Confirmed), "b_going_at": millis(b.Going), "b_home_at": millis(b.Home), "b_missed": flag(b.Missed), "b_dating": b.Dating,
	})
	return err
}

// Pick notes whether a time of the round suits a side. ErrNotFound: there is no such
// time.
func (tx *Tx) Pick(d *Date, side Side, n int, suits bool) error {
	if n < 0 || n >= len(d.Slots) {
		return wrap("pick a time", ErrNotFound)
	}
	column := [2]string{"a_suits", "b_suits"}[side]
	if _, err := tx.exec("UPDATE date_slots SET "+column+" = ? WHERE date_id = ? AND round = ? AND n = ?", flag(suits), d.ID, d.Round, n); err != nil {
		return wrap("pick a time", err)
	}
	d.Slots[n].Suits[side] = suits
	return nil
}

// ErrClash says that one of the two is expected elsewhere at that time.
var ErrClash = errors.New("store: one of them has another date then")

// FixDate gives a date its time, if neither is expected elsewhere meanwhile; two
// turns that fix dates of one person do so one after the other. ErrClash: somebody
// is, and nothing has changed.
func (tx *Tx) FixDate(d *Date, at time.Time) error {
	if err := tx.holdPersons(d.Sides[0].Client.ID, d.Sides[1].Client.ID); err != nil {
		return err
	}
	for _, s := range d.Sides {
		busy, err := tx.HasDate(s.Client.ID, at, d.For, d.ID)
		if err != nil {
			return err
		}
		if busy {
			return wrap("fix a date", ErrClash)
		}
	}
	d.State, d.At, d.Sequence = DateFixed, at, d.Sequence+1
	return tx.SaveDate(d)
}

// holdPersons lets nobody else change these clients, in the order of their numbers,
// until we commit.
func (tx *Tx) holdPersons(one, other int64) error {
	for _, person := range []int64{min(one, other), max(one, other)} {
		var row clientRow
		if err := tx.hold("hold a client", &row, "id = ?", person); err != nil {
			return err
		}
	}
	return nil
}

// datesOf finds the dates of a person; it takes the person's ID four times.
const datesOf = "(a_id IN (SELECT id FROM clients WHERE id = ? OR person_id = ?) OR b_id IN (SELECT id FROM clients WHERE id = ? OR person_id = ?))"

// HasDate says that the person, named by Client.ID, is expected somewhere else within
// the time given; but is the date that does not count.
func (tx *Tx) HasDate(person int64, from time.Time, d time.Duration, but int64) (bool, error) {
	db, err := tx.records()
	if err != nil {
		return false, err
	}
	var found []int64 // as it stands now, whatever was there when the turn began
	err = db.Model(&dateRow{}).Clauses(forUpdate).Where(datesOf+" AND state IN ('fixed', 'set') AND id <> ? AND at < ? AND at + minutes * 60000 > ?",
		person, person, person, person, but, millis(from.Add(d)), millis(from)).Pluck("id", &found).Error
	return len(found) > 0, wrap("look for other dates", err)
}

// DatesBetween counts the dates that have their time from a moment on and before
// another one; but is the date that does not count.
func (tx *Tx) DatesBetween(from, to time.Time, but int64) (n int, err error) {
	err = tx.count(&n, "SELECT COUNT(*) FROM dates WHERE state IN ('fixed', 'set', 'over', 'closed') AND id <> ? AND at >= ? AND at < ?", but, millis(from), millis(to))
	return n, err
}

// DatesOf lists a person's dates, the newest first, at most n.
func (tx *Tx) DatesOf(person int64, n int) ([]Date, error) {
	return tx.dates(n, datesOf, person, person, person, person)
}

// DatesIntroduced lists the dates of an introduction, the newest first, at most n.
func (tx *Tx) DatesIntroduced(introduction int64, n int) ([]Date, error) {
	return tx.dates(n, "introduction_id = ?", introduction)
}

// DateNear is a date that a person is at, is about to go to or comes from: it begins
// between the moments given, or has begun. ErrNotFound: none.
func (tx *Tx) DateNear(person int64, from, to time.Time) (Date, error) {
	all, err := tx.dates(1, datesOf+" AND state IN ('fixed', 'set', 'over', 'closed') AND at >= ? AND at <= ?", person, person, person, person, millis(from), millis(to))
	if err == nil && len(all) == 0 {
		return Date{}, wrap("look for a date", ErrNotFound)
	}
	if err != nil {
		return Date{}, err
	}
	return all[0], nil
}

// NoShows counts how often the person did not come.
func (tx *Tx) NoShows(person int64) (n int, err error) {
	const own = "(SELECT id FROM clients WHERE id = ? OR person_id = ?)"
	err = tx.count(&n, "SELECT COUNT(*) FROM dates WHERE a_missed = 1 AND a_id IN "+own+" OR b_missed = 1 AND b_id IN "+own, person, person, person, person)
	return n, err
}

func (tx *Tx) dates(n int, where string, args ...any) (all []Date, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []dateRow
	if err := db.Where(where, args...).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list dates", err)
	}
	for _, row := range rows {
		d, err := tx.date(row)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

func (tx *Tx) date(row dateRow) (d Date, err error) {
	d = Date{
		ID: row.ID, Introduction: row.IntroductionID, State: DateState(row.State), Ended: row.Ended, Round: row.Round, Sequence: row.Sequence,
		At: fromMillis(row.At), For: time.Duration(row.Minutes) * time.Minute, ProposedAt: fromMillis(row.ProposedAt), ChangedAt: fromMillis(row.ChangedAt), ClosedAt: fromMillis(row.ClosedAt),
		Sides: [2]DateSide{
			{Done: row.ADone == 1, Confirmed: fromMillis(row.AConfirmedAt), Going: fromMillis(row.AGoingAt), Home: fromMillis(row.AHomeAt), Missed: row.AMissed == 1, Dating: row.ADating},
			{Done: row.BDone == 1, Confirmed: fromMillis(row.BConfirmedAt), Going: fromMillis(row.BGoingAt), Home: fromMillis(row.BHomeAt), Missed: row.BMissed == 1, Dating: row.BDating},
		},
	}
	if err := tx.s.box.OpenJSON(datePlacePlace(row.PlaceKey), row.Place, &d.Place); err != nil {
		return d, err
	}
	if d.Zone, err = time.LoadLocation(row.Zone); err != nil {
		d.Zone = time.UTC // a zone that this machine does not know: times stay right
	}
	for i, chat := range []int64{row.AID, row.BID} {
		c, err := tx.clientByID(chat)
		if err != nil {
			return d, err
		}
		if d.Sides[i].Chat = c.Conversation; c.ErasedAt.IsZero() {
			c, err = tx.Reach(c.ID)
		}
		if d.Sides[i].Client = c; err != nil {
			return d, err
		}
	}
	if d.By, err = tx.staffWhere("id = ?", row.StaffID); ignored(err, ErrNotFound) != nil {
		return d, err
	}
	return d, tx.slots(&d)
}

// ignored makes nothing of an error that does not matter.
func ignored(err, what error) error {
	if errors.Is(err, what) {
		return nil
	}
	return err
}

func (tx *Tx) slots(d *Date) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	var rows []slotRow
	if err := db.Where("date_id = ? AND round = ?", d.ID, d.Round).Order("n").Find(&rows).Error; err != nil {
		return wrap("read a date's times", err)
	}
	for _, r := range rows {
		d.Slots = append(d.Slots, Slot{At: fromMillis(r.At), Suits: [2]bool{r.ASuits == 1, r.BSuits == 1}})
	}
	return nil
}

// DateStep is something that was done about a date.
type DateStep struct {
	Kind  string // "picked", "confirmed", "moved", "cancelled", "late", "missed" …
	Side  Side   // who; Nobody: a colleague, or the clock
	Staff int64
	Code  string // the reason, if one was tapped
	Words string // in their own words; sealed
	At    time.Time
}

type dateStepRow struct {
	ID       int64
	DateID   int64
	Kind     string
	Side     int
	StaffID  int64
	Code     string
	Words    []byte
	WordsKey string
	EventKey string
	At       int64
}

func (dateStepRow) TableName() string { return "date_steps" }

func dateWordsPlace(key string) string { return "date_steps.words|" + key }

// NoteDate keeps that something was done about a date.
func (tx *Tx) NoteDate(d Date, s DateStep) error {
	row := dateStepRow{DateID: d.ID, Kind: s.Kind, Side: int(s.Side), StaffID: s.Staff, Code: s.Code, Words: []byte{}, WordsKey: newID(), EventKey: string(tx.ev.Key), At: millis(tx.now)}
	if words := strings.TrimSpace(s.Words); words != "" {
		var err error
		if row.Words, err = tx.s.box.Seal(dateWordsPlace(row.WordsKey), []byte(words)); err != nil {
			return err
		}
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("note a date's step", db.Create(&row).Error)
}

// DateSteps lists what was done about a date, in its order.
func (tx *Tx) DateSteps(d Date) (all []DateStep, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []dateStepRow
	if err := db.Where("date_id = ?", d.ID).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read a date's steps", err)
	}
	for _, r := range rows {
		s := DateStep{Kind: r.Kind, Side: Side(r.Side), Staff: r.StaffID, Code: r.Code, At: fromMillis(r.At)}
		if len(r.Words) > 0 {
			words, err := tx.s.box.Open(dateWordsPlace(r.WordsKey), r.Words)
			if err != nil {
				return nil, err
			}
			s.Words = string(words)
		}
		all = append(all, s)
	}
	return all, nil
}
