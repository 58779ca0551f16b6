package store

import "time"

// Digest is the timer of a colleague's morning: it comes due in their
// conversation on every working day. The ref is DigestNew when they have just
// come: then the first one is planned.
const (
	Digest    = "digest"
	DigestNew = "new"
)

// NoteDigest notes that a colleague has had the digest of a day; first is false
// when they had it before.
func (tx *Tx) NoteDigest(staff int64, day time.Time) (first bool, err error) {
	n := int64(day.Year()*10000 + int(day.Month())*100 + day.Day())
	if _, err := tx.exec(tx.s.dialect.once+"digests (staff_id, day) VALUES (?, 0)", staff); err != nil {
		return false, wrap("note a digest", err)
	}
	changed, err := tx.exec("UPDATE digests SET day = ? WHERE staff_id = ? AND day <> ?", n, staff, n)
	return changed == 1, wrap("note a digest", err)
}
