package store

import (
	"errors"
	"time"
)

// How a client came to an approved answer.
const (
	AnswerAsked  = "asked"  // in their own words, understood at once
	AnswerMeant  = "meant"  // "did you mean …?"
	AnswerTopics = "topics" // from the list of topics
)

// AnswerGiven records that a client was given an approved answer: which one, in
// which wording. It holds nothing of what the client wrote.
type AnswerGiven struct {
	Entry   string // as the knowledge folder names it
	Version int
	Lang    string
	Digest  string // of the words, to tell a text that was changed under the same version
	How     string
	At      time.Time
}

type answerRow struct {
	ID       int64
	ClientID int64
	Entry    string
	Version  int
	Lang     string
	Digest   string
	How      string
	EventKey string
	At       int64
}

func (answerRow) TableName() string { return "answers_given" }

// NoteAnswer records an answer given to the turn's own client, with whom we
// speak lang. At is the turn's time.
func (tx *Tx) NoteAnswer(lang string, a AnswerGiven) error {
	client, err := tx.Self(lang)
	if err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	row := answerRow{ClientID: client.ID, Entry: a.Entry, Version: a.Version, Lang: a.Lang, Digest: a.Digest, How: a.How, EventKey: string(tx.ev.Key), At: millis(tx.now)}
	return wrap("note an answer given", db.Create(&row).Error)
}

// AnswersGiven lists what the turn's own client has been given, the newest
// first, at most n.
func (tx *Tx) AnswersGiven(n int) ([]AnswerGiven, error) {
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
	var rows []answerRow
	if err := db.Where("client_id = ?", client.ID).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list answers given", err)
	}
	var all []AnswerGiven
	for _, r := range rows {
		all = append(all, AnswerGiven{Entry: r.Entry, Version: r.Version, Lang: r.Lang, Digest: r.Digest, How: r.How, At: fromMillis(r.At)})
	}
	return all, nil
}
