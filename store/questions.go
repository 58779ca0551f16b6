package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"
)

// The states of a question.
const (
	questionOpen     = "open"
	questionAnswered = "answered"
)

// What can happen to a question, as its steps have it.
const (
	questionAsked   = "asked"
	questionTaken   = "taken"
	questionLeft    = "left"  // whoever had taken it gave it back
	questionDelayed = "later" // a new time was promised
	questionDropped = "dropped"
)

// The timers of a question. They come due in the conversation it was asked in;
// their ref is its number.
const (
	// QuestionDue: the promised time is near.
	QuestionDue = "question_due"

	// QuestionUntaken: it is to be offered to colleagues, as a new one when they
	// come to work, or one that somebody had who has left the agency.
	QuestionUntaken = "question_untaken"
)

// Question is what a client asked and no approved text answers.
type Question struct {
	ID         int64
	Client     Client // in the chat where it was asked, and so is answered
	Lang       string // of the talk in which it was asked
	Words      string
	Answer     string // empty: not answered
	Owner      Staff  // who answers, or has answered; the zero Staff when nobody does
	Delays     int    // how often a new time was promised
	AskedAt    time.Time
	PromisedAt time.Time // when the client hears from us at the latest
	AnsweredAt time.Time // zero: open
}

// Number is what everybody calls the question: "Q-000001".
func (q Question) Number() string { return number("Q", q.ID) }

// Open says that no answer has been given.
func (q Question) Open() bool { return q.AnsweredAt.IsZero() }

// Withdrawn says that the client wants no answer any more.
func (q Question) Withdrawn() bool { return !q.Open() && q.Answer == "" }

type questionRow struct {
	ID         int64
	ClientID   int64
	Lang       string
	State      string
	Words      []byte
	Answer     []byte
	WordsKey   string // names the row before it has a number
	OwnerID    int64
	Delays     int
	AskedAt    int64
	PromisedAt int64
	AnsweredAt int64
}

func (questionRow) TableName() string { return "questions" }

type questionStepRow struct {
	ID         int64
	QuestionID int64
	Kind       string
	StaffID    int64
	EventKey   string
	PromisedAt int64
	At         int64
}

func (questionStepRow) TableName() string { return "question_steps" }

func questionPlace(key string) string { return "questions.words|" + key }
func answerPlace(key string) string   { return "questions.answer|" + key }

// AskQuestion keeps a question of the turn's own client, with whom we speak lang,
// and gives it its number.
func (tx *Tx) AskQuestion(lang, words string, promised time.Time) (Question, error) {
	client, err := tx.Self(lang)
	if err != nil {
		return Question{}, err
	}
	row := questionRow{
		ClientID: client.Chat, Lang: lang, State: questionOpen, WordsKey: newID(),
		AskedAt: millis(tx.now), PromisedAt: millis(promised),
	}
	if row.Words, err = tx.s.box.Seal(questionPlace(row.WordsKey), []byte(words)); err != nil {
		return Question{}, err
	}
	db, err := tx.records()
	if err != nil {
		return Question{}, err
	}
	if err := db.Create(&row).Error; err != nil {
		return Question{}, wrap("keep question", err)
	}
	if err := tx.noteQuestion(db, row, questionAsked, 0); err != nil {
		return Question{}, err
	}
	return tx.question(row)
}

func (tx *Tx) noteQuestion(db *gorm.DB, row questionRow, kind string, staff int64) error {
	step := questionStepRow{QuestionID: row.ID, Kind: kind, StaffID: staff, EventKey: string(tx.ev.Key), PromisedAt: row.PromisedAt, At: millis(tx.now)}
	return wrap("note a question's step", db.Create(&step).Error)
}

// Question reads a question. ErrNotFound: there is none of that number.
func (tx *Tx) Question(ref string) (Question, error) {
	row, err := tx.questionRow(ref)
	if err != nil {
		return Question{}, err
	}
	return tx.question(row)
}

func (tx *Tx) questionRow(ref string) (row questionRow, err error) {
	n, err := id("Q", ref)
	if err != nil {
		return row, err
	}
	return row, tx.hold("read question", &row, "id = ?", n)
}

// OpenQuestions lists the questions of the turn's own client that wait for an
// answer, the oldest first, at most n.
func (tx *Tx) OpenQuestions(n int) ([]Question, error) {
	return tx.questionsOf(n, "id", ofPerson+" AND state = ?", questionOpen)
}

// MyQuestions lists the questions of the turn's own client, answered ones too, the
// newest first, at most n.
func (tx *Tx) MyQuestions(n int) ([]Question, error) {
	return tx.questionsOf(n, "id DESC", ofPerson)
}

func (tx *Tx) questionsOf(n int, order, where string, args ...any) ([]Question, error) {
	client, err := tx.clientRow(tx.ev.From)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []questionRow
	if err := db.Where(where, append([]any{client.person(), client.person()}, args...)...).Order(order).Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list questions", err)
	}
	var all []Question
	for _, row := range rows {
		q, err := tx.question(row)
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return all, nil
}

// TakeQuestion puts an open question into a colleague's hands; taken is false
// when it is answered, or somebody else has it and over is not set.
func (tx *Tx) TakeQuestion(ref string, by Staff, over bool) (q Question, taken bool, err error) {
	return tx.moveQuestion(ref, func(row questionRow) (string, map[string]any) {
		if row.OwnerID != 0 && row.OwnerID != by.ID && !over {
			return "", nil
		}
		return questionTaken, map[string]any{"owner_id": by.ID}
	}, by)
}

// LeaveQuestion gives an open question back for somebody else to answer. left is
// false when it is not in that colleague's hands.
func (tx *Tx) LeaveQuestion(ref string, by Staff) (q Question, left bool, err error) {
	return tx.moveQuestion(ref, func(row questionRow) (string, map[string]any) {
		if row.OwnerID != by.ID {
			return "", nil
		}
		return questionLeft, map[string]any{"owner_id": 0}
	}, by)
}

// AnswerQuestion keeps the one answer to an open question. answered is false when
// it has one, or is in the hands of somebody else and over is not set.
func (tx *Tx) AnswerQuestion(ref string, by Staff, answer string, over bool) (q Question, answered bool, err error) {
	var sealing error
	q, answered, err = tx.moveQuestion(ref, func(row questionRow) (string, map[string]any) {
		if row.OwnerID != 0 && row.OwnerID != by.ID && !over {
			return "", nil
		}
		var sealed []byte
		if sealed, sealing = tx.s.box.Seal(answerPlace(row.WordsKey), []byte(answer)); sealing != nil {
			return "", nil
		}
		return questionAnswered, map[string]any{"owner_id": by.ID, "state": questionAnswered, "answer": sealed, "answered_at": millis(tx.now)}
	}, by)
	return q, answered, errors.Join(err, sealing)
}

// DelayQuestion promises a new time for an open question. delayed is false when
// it has been answered.
func (tx *Tx) DelayQuestion(ref string, promised time.Time) (q Question, delayed bool, err error) {
	return tx.moveQuestion(ref, func(row questionRow) (string, map[string]any) {
		return questionDelayed, map[string]any{"promised_at": millis(promised), "delays": row.Delays + 1}
	}, Staff{})
}

// WithdrawQuestion ends an open question without an answer: its client has taken
// it back. withdrawn is false when it has been answered.
func (tx *Tx) WithdrawQuestion(ref string) (q Question, withdrawn bool, err error) {
	return tx.moveQuestion(ref, func(questionRow) (string, map[string]any) {
		return questionDropped, map[string]any{"state": questionAnswered, "answered_at": millis(tx.now)}
	}, Staff{})
}

// moveQuestion changes an open question as change decides, and notes the step it
// names; an empty one changes nothing.
func (tx *Tx) moveQuestion(ref string, change func(questionRow) (step string, to map[string]any), by Staff) (q Question, moved bool, err error) {
	row, err := tx.questionRow(ref)
	if err != nil {
		return q, false, err
	}
	if row.State == questionOpen {
		if step, to := change(row); step != "" {
			moved, err = true, tx.changeQuestion(row, step, by, to)
		}
	}
	if err != nil {
		return q, false, err
	}
	q, err = tx.Question(ref)
	return q, moved, err
}

// changeQuestion changes a question that the turn holds.
func (tx *Tx) changeQuestion(row questionRow, step string, by Staff, to map[string]any) error {
	if err := tx.update("change question", &questionRow{}, row.ID, to); err != nil {
		return err
	}
	if promised, ok := to["promised_at"].(int64); ok {
		row.PromisedAt = promised
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return tx.noteQuestion(db, row, step, by.ID)
}

func (tx *Tx) question(row questionRow) (q Question, err error) {
	q = Question{
		ID: row.ID, Lang: row.Lang, Delays: row.Delays, AskedAt: fromMillis(row.AskedAt), PromisedAt: fromMillis(row.PromisedAt),
		AnsweredAt: fromMillis(row.AnsweredAt),
	}
	if q.Client, err = tx.clientByID(row.ClientID); err != nil {
		return q, err
	}
	words, err := tx.s.box.Open(questionPlace(row.WordsKey), row.Words)
	if err != nil {
		return q, err
	}
	q.Words = string(words)
	if len(row.Answer) > 0 {
		answer, err := tx.s.box.Open(answerPlace(row.WordsKey), row.Answer)
		if err != nil {
			return q, err
		}
		q.Answer = string(answer)
	}
	if row.OwnerID != 0 {
		q.Owner, err = tx.staffWhere("id = ?", row.OwnerID)
	}
	return q, err
}

// freeQuestions gives back what a colleague who leaves has not answered.
func (s *Store) freeQuestions(ctx context.Context, tx *sql.Tx, staff int64) error {
	return s.free(ctx, tx,
		"SELECT q.id, k.conversation FROM questions q JOIN clients k ON k.id = q.client_id WHERE q.owner_id = ? AND q.state = 'open'",
		"UPDATE questions SET owner_id = 0 WHERE id = ?",
		staff, QuestionUntaken, "Q")
}
