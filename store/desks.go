package store

import (
	"errors"
	"slices"
	"time"

	"redthread/bot"
)

// A desk is where a colleague talks with clients: a chat of theirs with us, where
// one client at a time is current, or the topic of a group, which is about one
// client anyway. Only the colleague changes who is current, and a change counts once
// it stands on their screen.

type deskRow struct {
	Conversation string `gorm:"primaryKey"`
	HandoffID    int64
	TurnedIn     string // the event in whose turn it was turned, and that said so
}

func (deskRow) TableName() string { return "desks" }

// Current is the talk that the turn's own desk is turned to. ErrNotFound: none, or
// it is over, or another's, or the colleague has not been shown yet that their desk
// was turned.
func (tx *Tx) Current(me Staff) (Handoff, error) {
	var row deskRow
	if err := tx.hold("read desk", &row, "conversation = ?", tx.ev.From.String()); err != nil {
		return Handoff{}, err
	}
	switch shown, err := tx.shownHere(row.TurnedIn); {
	case err != nil:
		return Handoff{}, err
	case !shown:
		return Handoff{}, wrap("read desk", ErrNotFound)
	}
	return tx.handoffWhere("id = ? AND staff_id = ? AND state = ?", row.HandoffID, me.ID, handoffTaken)
}

// IsCurrent says that a desk is turned to the talk.
func (tx *Tx) IsCurrent(desk bot.Conversation, h Handoff) (bool, error) {
	var row deskRow
	err := tx.read("read desk", &row, "conversation = ?", desk.String())
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return row.HandoffID == h.ID, err
}

// shownHere says that what was said in the turn of an event has reached the turn's
// own conversation: its first two messages, of which one may only change a button that
// was pressed. What is no longer kept has.
func (tx *Tx) shownHere(event string) (bool, error) {
	var left int
	err := tx.count(&left, "SELECT COUNT(*) FROM (SELECT state FROM outbox WHERE event_key = ? AND conversation = ? ORDER BY seq LIMIT 2) said WHERE state NOT IN (?, ?)",
		event, tx.ev.From.String(), Delivered, Joined)
	return left == 0, err
}

// TurnTo turns the turn's own desk to a talk. The turn must tell the colleague so.
func (tx *Tx) TurnTo(h Handoff) error {
	here := tx.ev.From.String()
	db, err := tx.records()
	if err != nil {
		return err
	}
	err = tx.hold("read desk", &deskRow{}, "conversation = ?", here)
	if errors.Is(err, ErrNotFound) {
		err = wrap("set up a desk", db.Create(&deskRow{Conversation: here}).Error)
	}
	if err != nil {
		return err
	}
	return wrap("turn a desk", db.Model(&deskRow{}).Where("conversation = ?", here).Updates(map[string]any{"handoff_id": h.ID, "turned_in": string(tx.ev.Key)}).Error)
}

// DeskKind is what a desk asks.
type DeskKind string

// The kinds.
const (
	AskWhom DeskKind = "whom" // nobody is current, or a quote names several
	AskNote DeskKind = "note" // the words look like a note

	AskNoteFor DeskKind = "note_for" // of whom the words are a note
	AskEdit    DeskKind = "edit"     // earlier words were changed
	AskLetter  DeskKind = "letter"   // the words could be the letter of a button
	AskEnd     DeskKind = "end"      // which talk is to end
	AskNext    DeskKind = "next"     // to whom to turn now
)

// DeskQuestion is something that a colleague is asked about a talk, with the words
// that wait for the answer, if any do. Its choices keep their places.
type DeskQuestion struct {
	ID      int64
	Kind    DeskKind
	Staff   int64
	Words   Words
	Changed bool // the words correct earlier ones
	Choices []Handoff
	Done    bool
	At      time.Time
}

// Number is what it is called: "W-000001".
func (q DeskQuestion) Number() string { return number("W", q.ID) }

type deskQuestionRow struct {
	ID           int64
	Conversation string
	StaffID      int64
	Kind         DeskKind
	Words        []byte
	WordsKey     string
	Changed      int
	At           int64
	DoneAt       int64
}

func (deskQuestionRow) TableName() string { return "desk_questions" }

type deskChoiceRow struct {
	QuestionID int64 `gorm:"primaryKey;autoIncrement:false"`
	N          int   `gorm:"primaryKey;autoIncrement:false"`
	HandoffID  int64
}

func (deskChoiceRow) TableName() string { return "desk_choices" }

func deskWordsPlace(key string) string { return "desk_questions.words|" + key }

// AskDesk keeps a question, and the words that wait, for the turn's own desk.
func (tx *Tx) AskDesk(q DeskQuestion) (DeskQuestion, error) {
	row := deskQuestionRow{Conversation: tx.ev.From.String(), StaffID: q.Staff, Kind: q.Kind, Words: []byte{}, WordsKey: newID(), At: millis(tx.now)}
	if q.Changed {
		row.Changed = 1
	}
	var err error
	if row.Words, err = tx.s.box.SealJSON(deskWordsPlace(row.WordsKey), q.Words); err != nil {
		return q, err
	}
	db, err := tx.records()
	if err != nil {
		return q, err
	}
	if err := db.Create(&row).Error; err != nil {
		return q, wrap("ask at a desk", err)
	}
	for i, h := range q.Choices {
		if err := db.Create(&deskChoiceRow{row.ID, i, h.ID}).Error; err != nil {
			return q, wrap("ask at a desk", err)
		}
	}
	q.ID, q.At = row.ID, tx.now
	return q, nil
}

// DeskQuestion reads what was asked at the turn's own desk. ErrNotFound: nothing
// of that number.
func (tx *Tx) DeskQuestion(ref string) (DeskQuestion, error) {
	n, err := id("W", ref)
	if err != nil {
		return DeskQuestion{}, err
	}
	return tx.deskQuestionWhere("id = ? AND conversation = ?", n, tx.ev.From.String())
}

// OpenDeskQuestion is the newest question at the turn's own desk that has words
// waiting, asked since then. ErrNotFound: none.
func (tx *Tx) OpenDeskQuestion(since time.Time) (DeskQuestion, error) {
	return tx.deskQuestionWhere("conversation = ? AND done_at = 0 AND at >= ? AND kind NOT IN ? ORDER BY id DESC",
		tx.ev.From.String(), millis(since), []DeskKind{AskEnd, AskNext})
}

func (tx *Tx) deskQuestionWhere(where string, args ...any) (q DeskQuestion, err error) {
	var row deskQuestionRow
	if err := tx.hold("read what was asked", &row, where, args...); err != nil {
		return q, err
	}
	q = DeskQuestion{ID: row.ID, Kind: row.Kind, Staff: row.StaffID, Changed: row.Changed != 0, Done: row.DoneAt != 0, At: fromMillis(row.At)}
	if len(row.Words) > 0 {
		if err := tx.s.box.OpenJSON(deskWordsPlace(row.WordsKey), row.Words, &q.Words); err != nil {
			return q, err
		}
	}
	db, err := tx.records()
	if err != nil {
		return q, err
	}
	var choices []deskChoiceRow
	if err := db.Where("question_id = ?", row.ID).Order("n").Find(&choices).Error; err != nil {
		return q, wrap("read choices", err)
	}
	for _, c := range choices {
		h, err := tx.handoffWhere("id = ?", c.HandoffID)
		if err != nil {
			return q, err
		}
		q.Choices = append(q.Choices, h)
	}
	return q, nil
}

// AddToDesk puts further words to those that wait for an answer. ErrFull: as many
// wait as may, most lines and pictures in all.
func (tx *Tx) AddToDesk(q DeskQuestion, w Words, most int) (DeskQuestion, error) {
	q.Words.Lines = append(slices.Clone(q.Words.Lines), w.Lines...)
	q.Words.Photos = append(slices.Clone(q.Words.Photos), w.Photos...)
	q.Words.Files = append(slices.Clone(q.Words.Files), w.Files...)
	if q.Words.Items() > most {
		return q, wrap("keep words at a desk", ErrFull)
	}
	var row deskQuestionRow
	if err := tx.hold("read what was asked", &row, "id = ?", q.ID); err != nil {
		return q, err
	}
	sealed, err := tx.s.box.SealJSON(deskWordsPlace(row.WordsKey), q.Words)
	if err != nil {
		return q, err
	}
	return q, tx.update("keep words at a desk", &deskQuestionRow{}, q.ID, map[string]any{"words": sealed})
}

// SettleDesk closes a question; the words are forgotten. settled is false when
// that had been done.
func (tx *Tx) SettleDesk(q DeskQuestion) (settled bool, err error) {
	n, err := tx.exec("UPDATE desk_questions SET done_at = ?, words = ? WHERE id = ? AND done_at = 0", millis(tx.now), []byte{}, q.ID)
	return n == 1, wrap("settle what was asked", err)
}
