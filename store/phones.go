package store

import (
	"errors"
	"regexp"
	"time"
)

// A phone number belongs to one client. It stands sealed, with a blind index
// (index.go) that finds it. Who only typed it gives way to who proved it is
// theirs, so that nobody can keep a number from its owner.

// PhoneClaim says what became of a claim.
type PhoneClaim struct {
	Granted bool

	// Other is the client who has the number, when it was not granted; when it
	// was, the one who had only typed it and has lost it now. The zero Client:
	// nobody. It is for staff: a client who types a number must not learn
	// whether somebody else has it.
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
// in place of one they had. proven says that the platform itself vouches for it,
// or a colleague has checked it. One number too many is not granted, whoever has
// it: what clients are told must fit both.
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
	if ok, err := tx.mayClaim(row); err != nil || !ok {
		return PhoneClaim{}, err
	}
	claim, err := tx.contest(row)
	if err != nil || !claim.Granted {
		return claim, err
	}
	if row.Number, err = tx.s.box.Seal(phonePlace(row.NumberKey), []byte(number)); err != nil {
		return claim, err
	}
	return claim, tx.keepPhone(row)
}

// mayClaim counts numbers that are merely typed, and are new.
func (tx *Tx) mayClaim(claim phoneRow) (bool, error) {
	if claim.ProvenAt != 0 {
		return true, nil
	}
	var mine int
	if err := tx.count(&mine, "SELECT COUNT(*) FROM phones WHERE digest = ? AND "+ofPerson, claim.Digest, claim.ClientID, claim.ClientID); err != nil || mine > 0 {
		return err == nil, err
	}
	return tx.Try("phone", mostPhones, phonesPer)
}

// contest decides between a claim and who has the number.
func (tx *Tx) contest(claim phoneRow) (PhoneClaim, error) {
	var has phoneRow
	err := tx.hold("look for a phone number", &has, "digest = ?", claim.Digest)
	if errors.Is(err, ErrNotFound) {
		return PhoneClaim{Granted: true}, nil
	}
	if err != nil {
		return PhoneClaim{}, err
	}
	other, err := tx.clientByID(has.ClientID)
	switch {
	case err != nil:
		return PhoneClaim{}, err
	case other.ID == claim.ClientID:
		return PhoneClaim{Granted: true}, nil
	case claim.ProvenAt == 0 || has.ProvenAt != 0:
		return PhoneClaim{Other: other}, nil
	}
	return PhoneClaim{Granted: true, Other: other}, tx.dropPhone(other.ID)
}

// keepPhone writes the client's number over what they had, in whichever chat they
// gave it. A number that was proven stays so.
func (tx *Tx) keepPhone(row phoneRow) error {
	var had []phoneRow
	db, err := tx.records()
	if err == nil {
		err = db.Clauses(forUpdate).Where(ofPerson, row.ClientID, row.ClientID).Find(&had).Error
	}
	if err != nil {
		return wrap("read phone number", err)
	}
	for _, h := range had {
		if h.Digest == row.Digest && row.ProvenAt == 0 {
			row.ProvenAt = h.ProvenAt
		}
	}
	if err := tx.dropPhone(row.ClientID); err != nil {
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

func (tx *Tx) phoneRow(client int64) (row phoneRow, err error) {
	db, err := tx.records()
	if err != nil {
		return row, err
	}
	err = db.Where(ofPerson, client, client).Order("proven_at DESC, claimed_at DESC").Take(&row).Error
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

// ConfirmPhone notes that a colleague has found the client's number to be theirs,
// and who it was. It is false when the client has another number by now than the
// one of the mark.
func (tx *Tx) ConfirmPhone(by Staff, client int64, mark string) (bool, error) {
	row, err := tx.phoneRow(client)
	if errors.Is(err, ErrNotFound) || err == nil && row.NumberKey[:phoneMark] != mark {
		return false, nil
	}
	if err != nil || row.ProvenAt != 0 {
		return err == nil, err
	}
	n, err := tx.exec("UPDATE phones SET proven_at = ? WHERE client_id = ? AND number_key = ?", millis(tx.now), row.ClientID, row.NumberKey)
	if err != nil || n == 0 {
		return false, wrap("confirm phone number", err)
	}
	return true, tx.NoteReveal(by, client, RevealConfirmed)
}

// FindByPhone is the client who has the number, in E.164 form. ErrNotFound:
// nobody. Only staff may be told.
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
	_, err := tx.exec("DELETE FROM phones WHERE "+ofPerson, client, client)
	return wrap("forget phone number", err)
}
