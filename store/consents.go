package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm/clause"
)

// ConsentKind is what a client is asked to agree to. Each is asked and withdrawn
// on its own (PIPL 14–15, 23, 29, 39).
type ConsentKind string

// The kinds of consent.
const (
	ConsentNotice    ConsentKind = "notice"    // 基本告知: that we keep a profile at all
	ConsentSensitive ConsentKind = "sensitive" // 敏感信息
	ConsentShow      ConsentKind = "show"      // 向候选人展示
	ConsentAbroad    ConsentKind = "abroad"    // Telegram only: what is said there is processed abroad
)

// ConsentKinds lists all kinds, in the order they are asked.
var ConsentKinds = []ConsentKind{ConsentNotice, ConsentAbroad, ConsentSensitive, ConsentShow}

// What a client declares when they register is kept in the same way.
const (
	StatementSingle ConsentKind = "single" // 单身承诺书
	StatementTruth  ConsentKind = "truth"  // 真实性声明
)

// StatementKinds lists the statements, in the order they are asked.
var StatementKinds = []ConsentKind{StatementSingle, StatementTruth}

// ConsentContact is given with each yes to an introduction: that what may reach the
// client passes to the other, if the other says yes as well.
const ConsentContact ConsentKind = "contact"

// ConsentAnswer is what a client said; empty when they have not been asked.
type ConsentAnswer string

// The answers.
const (
	ConsentYes       ConsentAnswer = "yes"
	ConsentNo        ConsentAnswer = "no"
	ConsentWithdrawn ConsentAnswer = "withdrawn"
)

// Consent is one answer, and what proves it.
type Consent struct {
	Kind    ConsentKind
	Answer  ConsentAnswer
	Version string // of the text, as its author dated it
	Digest  string // of the very words that were shown; ConsentWords has them
	Lang    string // they were shown in
	Channel string
	At      time.Time
}

// Given says that the client has agreed and not changed their mind, to whatever
// version of the text.
func (c Consent) Given() bool { return c.Answer == ConsentYes }

// Declined says that they were asked and do not agree, or not any more.
func (c Consent) Declined() bool { return c.Answer == ConsentNo || c.Answer == ConsentWithdrawn }

type consentRow struct {
	ID       int64
	ClientID int64 // the chat they were asked in
	Kind     ConsentKind
	Answer   ConsentAnswer
	Version  string
	Digest   string
	Lang     string
	Channel  string
	EventKey string
	At       int64
}

func (consentRow) TableName() string { return "consents" }

func (r consentRow) consent() Consent {
	return Consent{Kind: r.Kind, Answer: r.Answer, Version: r.Version, Digest: r.Digest, Lang: r.Lang, Channel: r.Channel, At: fromMillis(r.At)}
}

type consentTextRow struct {
	Digest  string `gorm:"primaryKey"`
	Kind    ConsentKind
	Version string
	Lang    string
	Words   string
	FirstAt int64
}

func (consentTextRow) TableName() string { return "consent_texts" }

// NewConsent is an answer, and the words that were answered. They hold no
// personal data.
type NewConsent struct {
	Kind    ConsentKind
	Answer  ConsentAnswer
	Version string // at most 32 characters
	Lang    string
	Words   string
}

// NoteConsent keeps an answer of the turn's own client, for good: a change of
// mind is another row. The words are kept once, whoever was shown them.
func (tx *Tx) NoteConsent(n NewConsent) error {
	_, err := tx.noteConsent(n)
	return err
}

// noteConsent is NoteConsent, and gives the number of the row that proves it.
func (tx *Tx) noteConsent(n NewConsent) (int64, error) {
	client, err := tx.Self(n.Lang)
	if err != nil {
		return 0, err
	}
	sum := sha256.Sum256([]byte(n.Words))
	digest := hex.EncodeToString(sum[:])
	db, err := tx.records()
	if err != nil {
		return 0, err
	}
	tx.touch(client.ID)
	text := consentTextRow{digest, n.Kind, n.Version, n.Lang, n.Words, millis(tx.now)}
	if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&text).Error; err != nil {
		return 0, wrap("keep the words of a consent", err)
	}
	row := consentRow{
		ClientID: client.Chat, Kind: n.Kind, Answer: n.Answer, Version: n.Version, Digest: digest, Lang: n.Lang,
		Channel: tx.ev.From.Channel, EventKey: string(tx.ev.Key), At: millis(tx.now),
	}
	err = db.Create(&row).Error
	return row.ID, wrap("note consent", err)
}

// Consent is the client's last word on a kind, in whichever of their chats; the
// zero Consent when they have not been asked. The client is named by Client.ID.
func (tx *Tx) Consent(client int64, kind ConsentKind) (Consent, error) {
	all, err := tx.ConsentHistory(client)
	if err != nil {
		return Consent{}, err
	}
	for _, c := range slices.Backward(all) {
		if c.Kind == kind {
			return c, nil
		}
	}
	return Consent{}, nil
}

// MayShow says that the client's profile may be shown to candidates: they have
// agreed to it, and to the notice, and nobody else is registered under their
// phone number.
func (tx *Tx) MayShow(client int64) (bool, error) {
	notice, err := tx.Consent(client, ConsentNotice)
	if err != nil || !notice.Given() {
		return false, err
	}
	show, err := tx.Consent(client, ConsentShow)
	if err != nil || !show.Given() {
		return false, err
	}
	_, err = tx.PhoneRival(client)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return false, err
}

// ConsentHistory is every answer the client has given, the oldest first.
func (tx *Tx) ConsentHistory(client int64) ([]Consent, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []consentRow
	if err := db.Where(ofPerson, client, client).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read consents", err)
	}
	var all []Consent
	for _, r := range rows {
		all = append(all, r.consent())
	}
	return all, nil
}

// ConsentWords are the words that a digest stands for. ErrNotFound: none were
// shown.
func (tx *Tx) ConsentWords(digest string) (string, error) {
	var row consentTextRow
	err := tx.read("read the words of a consent", &row, "digest = ?", digest)
	return row.Words, err
}
