package store

import (
	"fmt"
	"slices"
	"time"
)

// The ledger of papers: who saw which, when, and until when that counts. It never
// holds the paper's number or image. What was noted once stays; a change is
// another entry.

// Paper is a kind of paper that a colleague looks at.
type Paper string

// The papers, in the order they are asked for (GB/T 23861-2009: identity card,
// household book, proof of education; divorce or bereavement of the once
// married).
const (
	PaperIdentity    Paper = "identity"    // 身份证
	PaperHousehold   Paper = "household"   // 户口簿
	PaperEducation   Paper = "education"   // 学历证明
	PaperSingle      Paper = "single"      // 单身证明
	PaperDivorce     Paper = "divorce"     // 离婚证、判决书
	PaperBereavement Paper = "bereavement" // 丧偶证明
	PaperIncome      Paper = "income"      // 收入证明
	PaperHousing     Paper = "housing"     // 房产证明
)

// Papers lists all kinds.
var Papers = []Paper{PaperIdentity, PaperHousehold, PaperEducation, PaperSingle, PaperDivorce, PaperBereavement, PaperIncome, PaperHousing}

// Finding is what a colleague found when looking at a paper.
type Finding string

// The findings.
const (
	PaperSeen     Finding = "seen"     // the original was seen and agrees with the profile
	PaperMismatch Finding = "mismatch" // it does not agree
	PaperExpired  Finding = "expired"  // it was out of date
	PaperRevoked  Finding = "revoked"  // an earlier entry was a mistake
)

// PaperLapses is the timer that comes due in the client's conversation some time
// before a paper lapses. Its ref is the entry's number.
const PaperLapses = "paper_lapses"

// Verification is one entry of the ledger.
type Verification struct {
	ID      int64
	Client  Client
	Paper   Paper
	Finding Finding
	By      Staff
	At      time.Time
	Until   time.Time // zero: it does not lapse
}

// Number is what timers call it: "V-000001".
func (v Verification) Number() string { return number("V", v.ID) }

// Valid says that the paper may be called verified (已核验) at that time.
func (v Verification) Valid(at time.Time) bool {
	return v.Finding == PaperSeen && (v.Until.IsZero() || at.Before(v.Until))
}

type verificationRow struct {
	ID       int64
	ClientID int64
	Entry    []byte
	EntryKey string
	StaffID  int64
	EventKey string
	At       int64
	Until    int64
}

func (verificationRow) TableName() string { return "verifications" }

// ledgerEntry is sealed: that somebody has a divorce certificate says much.
type ledgerEntry struct {
	Paper   Paper
	Finding Finding
}

func entryPlace(key string) string { return "verifications.entry|" + key }

// NoteVerification adds an entry to the ledger of a client. until is zero for
// what does not lapse.
func (tx *Tx) NoteVerification(client int64, p Paper, f Finding, by Staff, until time.Time) (Verification, error) {
	if !slices.Contains(Papers, p) {
		return Verification{}, fmt.Errorf("store: there is no paper %q", p)
	}
	row := verificationRow{ClientID: client, EntryKey: newID(), StaffID: by.ID, EventKey: string(tx.ev.Key), At: millis(tx.now), Until: millis(until)}
	var err error
	if row.Entry, err = tx.s.box.SealJSON(entryPlace(row.EntryKey), ledgerEntry{p, f}); err != nil {
		return Verification{}, err
	}
	db, err := tx.records()
	if err != nil {
		return Verification{}, err
	}
	if err := db.Create(&row).Error; err != nil {
		return Verification{}, wrap("note verification", err)
	}
	return tx.verification(row)
}

// Ledger is every entry about a client, the oldest first.
func (tx *Tx) Ledger(client int64) (all []Verification, err error) {
	var rows []verificationRow
	db, err := tx.records()
	if err == nil {
		err = db.Where(ofPerson, client, client).Order("id").Find(&rows).Error
	}
	if err != nil {
		return nil, wrap("read ledger", err)
	}
	for _, r := range rows {
		v, err := tx.verification(r)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// Verifications is how the papers of a client stand: the newest entry of each, in
// the order of Papers. Papers that nobody has looked at, or whose entry was
// revoked, are not among them.
func (tx *Tx) Verifications(client int64) ([]Verification, error) {
	all, err := tx.Ledger(client)
	if err != nil {
		return nil, err
	}
	newest := map[Paper]Verification{}
	for _, v := range all {
		newest[v.Paper] = v
	}
	var stand []Verification
	for _, p := range Papers {
		if v, ok := newest[p]; ok && v.Finding != PaperRevoked {
			stand = append(stand, v)
		}
	}
	return stand, nil
}

// Verified says that the client's paper may be called verified now.
func (tx *Tx) Verified(client int64, p Paper) (bool, error) {
	all, err := tx.Verifications(client)
	i := slices.IndexFunc(all, func(v Verification) bool { return v.Paper == p })
	return err == nil && i >= 0 && all[i].Valid(tx.now), err
}

// Verification reads an entry by its number. ErrNotFound: there is none.
func (tx *Tx) Verification(ref string) (Verification, error) {
	n, err := id("V", ref)
	if err != nil {
		return Verification{}, err
	}
	var row verificationRow
	if err := tx.read("read verification", &row, "id = ?", n); err != nil {
		return Verification{}, err
	}
	return tx.verification(row)
}

func (tx *Tx) verification(row verificationRow) (v Verification, err error) {
	v = Verification{ID: row.ID, At: fromMillis(row.At), Until: fromMillis(row.Until)}
	if v.Client, err = tx.clientByID(row.ClientID); err != nil {
		return v, err
	}
	if v.By, err = tx.staffWhere("id = ?", row.StaffID); err != nil {
		return v, err
	}
	var e ledgerEntry
	err = tx.s.box.OpenJSON(entryPlace(row.EntryKey), row.Entry, &e)
	v.Paper, v.Finding = e.Paper, e.Finding
	return v, err
}
