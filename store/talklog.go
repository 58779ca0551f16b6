package store

import (
	"errors"
	"time"

	"redthread/bot"
)

// What is said in a talk, by both sides, is kept with it: who comes later reads
// it, and so does who checks a share of all talks. It goes when the talk does.

// Words are what somebody says in one message.
type Words struct {
	Lines  []string
	Photos []bot.MediaID
	Files  []bot.Document `json:",omitempty"` // voice notes, videos, files
	Ref    string         `json:",omitempty"` // the platform's name of a colleague's message, so that a change of it is recognised
}

// Items counts what was said: lines, pictures, files.
func (w Words) Items() int { return len(w.Lines) + len(w.Photos) + len(w.Files) }

// Said is one message of a talk.
type Said struct {
	Words
	Staff int64 // who said it; 0: the client
	At    time.Time
}

type wordsRow struct {
	ID        int64
	HandoffID int64
	StaffID   int64
	Words     []byte
	WordsKey  string // names the row before it has a number
	At        int64
}

func (wordsRow) TableName() string { return "handoff_words" }

func wordsPlace(key string) string { return "handoff_words.words|" + key }

// ErrFull says that as many have been kept as may be.
var ErrFull = errors.New("store: no room for more")

// KeepWords keeps what the client says for whoever comes, most messages in all
// while they wait; n is how many have been kept now. ErrFull: there were as many
// before.
func (tx *Tx) KeepWords(h Handoff, w Words, most int) (n int, err error) {
	q, err := tx.inQueue(h)
	if err != nil {
		return 0, err
	}
	if err := tx.count(&n, "SELECT COUNT(*) FROM handoff_words WHERE handoff_id = ? AND staff_id = 0 AND at >= ?", h.ID, q.Since); err != nil {
		return 0, err
	}
	if n >= most {
		return n, wrap("keep words", ErrFull)
	}
	return n + 1, tx.LogWords(h, 0, w)
}

// LogWords keeps what was said in a talk: by the colleague, or by the client (0).
func (tx *Tx) LogWords(h Handoff, staff int64, w Words) (err error) {
	row := wordsRow{HandoffID: h.ID, StaffID: staff, WordsKey: newID(), At: millis(tx.now)}
	if row.Words, err = tx.s.box.SealJSON(wordsPlace(row.WordsKey), w); err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("keep words", db.Create(&row).Error)
}

// KeptWords lists what was said in a talk, the newest n messages, in the order
// they were said.
func (tx *Tx) KeptWords(h Handoff, n int) ([]Said, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []wordsRow
	if err := db.Clauses(forUpdate).Where("handoff_id = ?", h.ID).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("read kept words", err)
	}
	all := make([]Said, len(rows))
	for i, row := range rows {
		said := Said{Staff: row.StaffID, At: fromMillis(row.At)}
		if err := tx.s.box.OpenJSON(wordsPlace(row.WordsKey), row.Words, &said.Words); err != nil {
			return nil, err
		}
		all[len(rows)-1-i] = said
	}
	return all, nil
}

// TalkNote is what colleagues keep of a client for one another. The client is not
// shown it.
type TalkNote struct {
	Words
	By Staff
	At time.Time
}

type talkNoteRow struct {
	ID        int64
	ClientID  int64
	StaffID   int64
	HandoffID int64
	Note      []byte
	NoteKey   string
	At        int64
}

func (talkNoteRow) TableName() string { return "client_notes" }

func talkNotePlace(key string) string { return "client_notes.note|" + key }

// KeepTalkNote keeps a colleague's note about a client, made in the talk; 0: in
// none.
func (tx *Tx) KeepTalkNote(c Client, handoff int64, by Staff, w Words) (err error) {
	row := talkNoteRow{ClientID: c.Chat, StaffID: by.ID, HandoffID: handoff, NoteKey: newID(), At: millis(tx.now)}
	if row.Note, err = tx.s.box.SealJSON(talkNotePlace(row.NoteKey), w); err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("keep a note", db.Create(&row).Error)
}

// TalkNotes lists the newest notes about a person, at most n, the newest last.
func (tx *Tx) TalkNotes(person int64, n int) ([]TalkNote, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []talkNoteRow
	if err := db.Where(ofPerson, person, person).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("read notes", err)
	}
	all := make([]TalkNote, len(rows))
	for i, row := range rows {
		note := TalkNote{At: fromMillis(row.At)}
		if err := tx.s.box.OpenJSON(talkNotePlace(row.NoteKey), row.Note, &note.Words); err != nil {
			return nil, err
		}
		if note.By, err = tx.staffWhere("id = ?", row.StaffID); err != nil {
			return nil, err
		}
		all[len(rows)-1-i] = note
	}
	return all, nil
}
