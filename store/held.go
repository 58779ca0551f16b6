package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

// HeldState is what has become of words that the guard found fault with.
type HeldState string

// The states of held words.
const (
	HeldBack    HeldState = "held"    // not sent; the colleague has been told why
	HeldAsked   HeldState = "asked"   // a supervisor has been asked
	HeldSent    HeldState = "sent"    // a supervisor had them sent
	HeldRefused HeldState = "refused" // a supervisor would not
	HeldDropped HeldState = "dropped" // the colleague thought better of it
	HeldChanged HeldState = "changed" // other words took their place
	HeldGone    HeldState = "gone"    // there was nobody left to send them to
	HeldFlagged HeldState = "flagged" // sent at once, and noted
)

// Held are words of a colleague to a client that the guard found fault with: who
// wrote them and when, of what kind they are, who decided about them. The words
// themselves are kept only while there is something to decide.
type Held struct {
	ID        int64
	By        Staff
	Client    Client // in the chat they are for
	Outlet    string // by which they were to go
	Ref       string // the paper it is about
	Kinds     []string
	State     HeldState
	Words     Words
	Decider   Staff // the zero Staff: nobody
	At        time.Time
	DecidedAt time.Time // zero: undecided
}

// Number is what they are called: "G-000001".
func (h Held) Number() string { return number("G", h.ID) }

// Open says that there is still something to decide.
func (h Held) Open() bool { return h.State == HeldBack || h.State == HeldAsked }

type heldRow struct {
	ID        int64
	StaffID   int64
	ClientID  int64
	Outlet    string
	Ref       string
	Kinds     string
	State     string
	Words     []byte
	WordsKey  string // names the row before it has a number
	DecidedBy int64
	DecidedAt int64
	EventKey  string
	At        int64
}

func (heldRow) TableName() string { return "held_words" }

func heldPlace(key string) string { return "held_words.words|" + key }

// HoldWords keeps words that were not sent, or the fact that they were sent in
// spite of a fault (HeldFlagged, without the words).
func (tx *Tx) HoldWords(h Held) (Held, error) {
	row := heldRow{
		StaffID: h.By.ID, ClientID: h.Client.Chat, Outlet: h.Outlet, Ref: h.Ref, Kinds: strings.Join(h.Kinds, ","), State: string(h.State),
		Words: []byte{}, WordsKey: newID(), EventKey: string(tx.ev.Key), At: millis(tx.now),
	}
	if h.Open() {
		var err error
		if row.Words, err = tx.s.box.SealJSON(heldPlace(row.WordsKey), h.Words); err != nil {
			return Held{}, err
		}
	}
	db, err := tx.records()
	if err != nil {
		return Held{}, err
	}
	if err := db.Create(&row).Error; err != nil {
		return Held{}, wrap("hold words", err)
	}
	return tx.held(row)
}

// Held reads held words. ErrNotFound: there are none of that number.
func (tx *Tx) Held(ref string) (Held, error) {
	row, err := tx.heldRow(ref)
	if err != nil {
		return Held{}, err
	}
	return tx.held(row)
}

func (tx *Tx) heldRow(ref string) (row heldRow, err error) {
	n, err := id("G", ref)
	if err != nil {
		return row, err
	}
	return row, tx.hold("read held words", &row, "id = ?", n)
}

// OpenHeld are the colleague's newest open words about a paper. ErrNotFound: none.
func (tx *Tx) OpenHeld(by Staff, ref string) (Held, error) {
	var newest int
	err := tx.count(&newest, "SELECT COALESCE(MAX(id), 0) FROM held_words WHERE staff_id = ? AND ref = ? AND state IN (?, ?)", by.ID, ref, string(HeldBack), string(HeldAsked))
	if err != nil {
		return Held{}, err
	}
	return tx.Held(number("G", int64(newest)))
}

// AskAboutHeld notes that a supervisor has been asked; asked is false when they
// had been, or there is nothing to decide any more.
func (tx *Tx) AskAboutHeld(ref string) (h Held, asked bool, err error) {
	return tx.moveHeld(ref, []HeldState{HeldBack}, map[string]any{"state": string(HeldAsked)})
}

// DecideHeld closes open words, for good; the words are forgotten. decided is
// false when that had been done.
func (tx *Tx) DecideHeld(ref string, to HeldState, by Staff) (h Held, decided bool, err error) {
	h, decided, err = tx.moveHeld(ref, []HeldState{HeldBack, HeldAsked}, map[string]any{
		"state": string(to), "words": []byte{}, "decided_by": by.ID, "decided_at": millis(tx.now),
	})
	if err != nil || !decided || to != HeldSent {
		return h, decided, err
	}
	return h, decided, tx.Audit(by.Actor(), Entry{Action: AuditPass, Client: h.Client.ID, Subject: h.Number(), Detail: h.By.Code()})
}

func (tx *Tx) moveHeld(ref string, from []HeldState, to map[string]any) (h Held, moved bool, err error) {
	row, err := tx.heldRow(ref)
	if err != nil {
		return h, false, err
	}
	if moved = slices.Contains(from, HeldState(row.State)); moved {
		if err := tx.update("decide about held words", &heldRow{}, row.ID, to); err != nil {
			return h, false, err
		}
	}
	h, err = tx.Held(ref)
	return h, moved, err
}

// ReplaceHeld closes what the colleague has open about a paper, because other
// words take its place: what nobody was asked about, and with all set the rest as
// well. asked is how many of them a supervisor had been asked about.
func (tx *Tx) ReplaceHeld(by Staff, ref string, all bool) (asked int, err error) {
	db, err := tx.records()
	if err != nil {
		return 0, err
	}
	var rows []heldRow
	err = db.Clauses(forUpdate).Where("staff_id = ? AND ref = ? AND state IN ?", by.ID, ref, []string{string(HeldBack), string(HeldAsked)}).Order("id").Find(&rows).Error
	if err != nil {
		return 0, wrap("look for held words", err)
	}
	for _, row := range rows {
		if row.State == string(HeldAsked) && !all {
			continue
		}
		if row.State == string(HeldAsked) {
			asked++
		}
		if _, _, err := tx.DecideHeld(number("G", row.ID), HeldChanged, by); err != nil {
			return asked, err
		}
	}
	return asked, nil
}

func (tx *Tx) held(row heldRow) (h Held, err error) {
	h = row.read()
	if h.By, err = tx.staffWhere("id = ?", row.StaffID); err != nil {
		return h, err
	}
	if h.Client, err = tx.clientByID(row.ClientID); err != nil {
		return h, err
	}
	if len(row.Words) > 0 {
		if err := tx.s.box.OpenJSON(heldPlace(row.WordsKey), row.Words, &h.Words); err != nil {
			return h, err
		}
	}
	if row.DecidedBy != 0 {
		h.Decider, err = tx.staffWhere("id = ?", row.DecidedBy)
	}
	return h, err
}

func (row heldRow) read() Held {
	return Held{
		ID: row.ID, Outlet: row.Outlet, Ref: row.Ref, Kinds: strings.Split(row.Kinds, ","), State: HeldState(row.State),
		At: fromMillis(row.At), DecidedAt: fromMillis(row.DecidedAt),
	}
}

// HeldNote is what is on record of held words, for whoever looks after them: who
// and when, never what.
type HeldNote struct {
	Held
	StaffID, ClientID, DecidedBy int64
}

// HeldNotes lists the newest, at most n.
func (s *Store) HeldNotes(ctx context.Context, n int) (all []HeldNote, err error) {
	var rows []heldRow
	if err := s.orm.WithContext(ctx).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list held words", err)
	}
	for _, row := range rows {
		all = append(all, HeldNote{row.read(), row.StaffID, row.ClientID, row.DecidedBy})
	}
	return all, nil
}
