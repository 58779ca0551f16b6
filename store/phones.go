package store

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm/clause"
)

// A phone number belongs to one client. It stands sealed, with a blind index
// (index.go) that finds it. Who only typed it gives way to who proved it is
// theirs, so that nobody can keep a number from its owner. Whoever gives a number
// that another client has keeps it as a contested one, which nothing finds: they
// are told the same as anybody, so that nobody can find out who is registered,
// and a colleague settles it.

// PhoneClaim says what became of a claim.
type PhoneClaim struct {
	// Kept: the number stands with the client. It is false when too many were
	// typed, whoever has it.
	Kept bool

	// Other is another client who has the number, or had only typed it and has it
	// contested now; the zero Client: nobody, or colleagues have heard of it. It is
	// for staff: a client who types a number must not learn whether somebody else
	// has it.
	Other Client
}

type phoneRow struct {
	ClientID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Digest    string
	Number    []byte
	NumberKey string
	ProvenAt  int64
	ClaimedAt int64
}

func (phoneRow) TableName() string { return "phones" }

// contestedSign begins what stands in place of the digest of a number that
// another client has.
const contestedSign = "~"

func (r *phoneRow) contest()       { r.Digest = contestedSign + r.NumberKey }
func (r phoneRow) contested() bool { return strings.HasPrefix(r.Digest, contestedSign) }

func phonePlace(key string) string { return "phones.number|" + key }

// e164 is the form of a number (ITU-T E.164): a plus, the country's code, at
// most 15 digits.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// At most mostPhones numbers may be typed in one chat within phonesPer, so that
// nobody finds out by trying numbers who is registered here. A number that is
// proven tells its owner about themselves only, and is not counted.
const (
	mostPhones = 5
	phonesPer  = 24 * time.Hour
)

// ClaimPhone notes the number, in E.164 form, as that of the turn's own client,
// in place of one they had. proven says that the platform itself vouches for it.
// One number too many is not kept, whoever has it.
func (tx *Tx) ClaimPhone(number string, proven bool) (PhoneClaim, error) {
	if !e164.MatchString(number) {
		return PhoneClaim{}, errors.New("store: claim phone: the number is not in E.164 form")
	}
	me, err := tx.Self("")
	if err != nil {
		return PhoneClaim{}, err
	}
	i, err := tx.phoneIndex()
	if err != nil {
		return PhoneClaim{}, err
	}
	row := phoneRow{ClientID: me.ID, Digest: i.digest(number), NumberKey: newID(), ClaimedAt: millis(tx.now)}
	if proven {
		row.ProvenAt = row.ClaimedAt
	}
	had, err := tx.phoneOf(me.ID, number)
	if err != nil {
		return PhoneClaim{}, err
	}
	if had == nil && !proven {
		if ok, err := tx.Try("phone", mostPhones, phonesPer); err != nil || !ok {
			return PhoneClaim{}, err
		}
	}
	if had != nil && !proven {
		row.ProvenAt = had.ProvenAt // what was proven stays so
	}
	if row.Number, err = tx.s.box.Seal(phonePlace(row.NumberKey), []byte(number)); err != nil {
		return PhoneClaim{}, err
	}
	other, err := tx.contest(&row)
	if err != nil {
		return PhoneClaim{}, err
	}
	if had != nil && had.contested() && row.contested() {
		other = Client{} // it was told when they first gave it
	}
	return PhoneClaim{Kept: true, Other: other}, tx.keepPhone(row)
}

// phoneOf is the row in which the client has that number already, in whichever
// chat; nil: they have not.
func (tx *Tx) phoneOf(client int64, number string) (*phoneRow, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []phoneRow
	if err := db.Clauses(forUpdate).Where(ofPerson, client, client).Find(&rows).Error; err != nil {
		return nil, wrap("read phone numbers", err)
	}
	for _, row := range rows {
		plain, err := tx.s.box.Open(phonePlace(row.NumberKey), row.Number)
		if err != nil {
			return nil, err
		}
		if string(plain) == number {
			return &row, nil
		}
	}
	return nil, nil
}

// contest decides between a claim, under the digest of its number, and another
// client who has it. One of the two is contested then, and the other client is
// said; the zero Client: there is none.
func (tx *Tx) contest(claim *phoneRow) (Client, error) {
	var has phoneRow
	err := tx.hold("look for a phone number", &has, "digest = ?", claim.Digest)
	if errors.Is(err, ErrNotFound) {
		return Client{}, nil
	}
	if err != nil {
		return Client{}, err
	}
	other, err := tx.clientByID(has.ClientID)
	switch {
	case err != nil:
		return Client{}, err
	case other.ID == claim.ClientID:
		return Client{}, nil
	case claim.ProvenAt == 0 || has.ProvenAt != 0:
		claim.contest()
		return other, nil
	}
	tx.touch(other.ID)
	has.contest()
	_, err = tx.exec("UPDATE phones SET digest = ? WHERE client_id = ?", has.Digest, has.ClientID)
	return other, wrap("contest a phone number", err)
}

// keepPhone writes the client's number over what they had, in whichever chat they
// gave it.
func (tx *Tx) keepPhone(row phoneRow) error {
	if err := tx.dropPhone(row.ClientID); err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("keep phone number", db.Create(&row).Error)
}

// Phone is the number of a client, in E.164 form, and whether it is proven.
// ErrNotFound: none is known.
func (tx *Tx) Phone(client int64) (number string, proven bool, err error) {
	row, err := tx.phoneRow(client)
	if err != nil {
		return "", false, err
	}
	plain, err := tx.s.box.Open(phonePlace(row.NumberKey), row.Number)
	return string(plain), row.ProvenAt != 0, err
}

func (tx *Tx) phoneRow(client int64, how ...clause.Expression) (row phoneRow, err error) {
	db, err := tx.records()
	if err != nil {
		return row, err
	}
	err = db.Clauses(how...).Where(ofPerson, client, client).Order("proven_at DESC, claimed_at DESC").Take(&row).Error
	return row, taken("read phone number", err)
}

// PhoneMark tells this number of the client from another one that they may give
// later, without saying anything of it. ErrNotFound: none is known.
func (tx *Tx) PhoneMark(client int64) (string, error) {
	row, err := tx.phoneRow(client)
	if err != nil {
		return "", err
	}
	return row.NumberKey[:phoneMark], nil
}

// phoneMark is how much of a number's random key marks it, in bytes.
const phoneMark = 8

// PhoneRival is the client to whom the number belongs that this client gave as
// well. ErrNotFound: it is this client's, or nobody else's any more. Only staff
// may be told.
func (tx *Tx) PhoneRival(client int64) (Client, error) {
	row, err := tx.phoneRow(client)
	if err != nil {
		return Client{}, err
	}
	if !row.contested() {
		return Client{}, ErrNotFound
	}
	number, err := tx.s.box.Open(phonePlace(row.NumberKey), row.Number)
	if err != nil {
		return Client{}, err
	}
	rival, err := tx.FindByPhone(string(number))
	if err == nil && rival.ID == client {
		err = ErrNotFound // another chat of the same person
	}
	return rival, err
}

// ConfirmPhone notes that a colleague has found the client's number to be theirs,
// and who it was. It is not kept when the client has another number by now than
// the one of the mark; nor when it was found to be another client's before, who
// is said then.
func (tx *Tx) ConfirmPhone(by Staff, client int64, mark string) (PhoneClaim, error) {
	i, err := tx.phoneIndex()
	if err != nil {
		return PhoneClaim{}, err
	}
	row, err := tx.phoneRow(client, forUpdate)
	if errors.Is(err, ErrNotFound) || err == nil && row.NumberKey[:phoneMark] != mark {
		return PhoneClaim{}, nil
	}
	if err != nil || row.ProvenAt != 0 && !row.contested() {
		return PhoneClaim{Kept: err == nil}, err
	}
	number, err := tx.s.box.Open(phonePlace(row.NumberKey), row.Number)
	if err != nil {
		return PhoneClaim{}, err
	}
	row.ClientID, row.Digest, row.ProvenAt = client, i.digest(string(number)), millis(tx.now)
	other, err := tx.contest(&row)
	if err != nil || row.contested() {
		return PhoneClaim{Other: other}, err
	}
	if err := tx.keepPhone(row); err != nil {
		return PhoneClaim{}, err
	}
	return PhoneClaim{Kept: true, Other: other}, tx.NoteReveal(by, client, RevealConfirmed)
}

// FindByPhone is the client to whom the number belongs, in E.164 form.
// ErrNotFound: nobody. Only staff may be told.
func (tx *Tx) FindByPhone(number string) (Client, error) {
	var key indexKeyRow
	if err := tx.read("read the phone index", &key, "name = ?", ofPhones); err != nil {
		return Client{}, err
	}
	secret, err := tx.s.box.Open(indexSecretPlace(ofPhones), key.Secret)
	if err != nil {
		return Client{}, err
	}
	var row phoneRow
	if err := tx.read("look for a phone number", &row, "digest = ?", index(secret).digest(number)); err != nil {
		return Client{}, err
	}
	return tx.clientByID(row.ClientID)
}

// DropPhone forgets the number of the turn's own client.
func (tx *Tx) DropPhone() error {
	me, err := tx.Self("")
	if err != nil {
		return err
	}
	return tx.dropPhone(me.ID)
}

func (tx *Tx) dropPhone(client int64) error {
	if _, err := tx.exec("DELETE FROM phones WHERE "+ofPerson, client, client); err != nil {
		return wrap("forget phone number", err)
	}
	tx.touch(client)
	return tx.touchContested()
}
