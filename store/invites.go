package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Invite is a right to become a member of staff. It holds no code, only what is
// left of one.
type Invite struct {
	Digest string
	Role   Role
}

type inviteRow struct {
	Digest    string
	Role      string
	CreatedAt int64 `gorm:"autoCreateTime:false"`
	ExpiresAt int64
	UsedAt    int64
	UsedBy    string
}

func (inviteRow) TableName() string { return "invites" }

// alphabet leaves out what is misread: I, L, O and U (Crockford's base 32).
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const (
	invitePrefix = "RT"
	inviteLetter = 26 // of five bits each: 130 bits
)

// Invite makes a code that enrols one member of staff in the role, once, for as
// long as valid says. The code is not kept: it cannot be shown again.
func (s *Store) Invite(ctx context.Context, role Role, valid time.Duration) (code string, err error) {
	if _, err := ParseRole(string(role)); err != nil {
		return "", err
	}
	if valid <= 0 {
		return "", errors.New("store: an invite must be valid for some time")
	}
	var raw [inviteLetter]byte
	_, _ = rand.Read(raw[:]) // never fails, by its documentation
	var b strings.Builder
	b.WriteString(invitePrefix)
	for i, r := range raw {
		if i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[r%byte(len(alphabet))])
	}
	now := s.now()
	row := inviteRow{Digest: inviteDigest(b.String()), Role: string(role), CreatedAt: millis(now), ExpiresAt: millis(now.Add(valid))}
	err = s.inTx(ctx, "keep invite", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO invites (digest, role, created_at, expires_at, used_at, used_by) VALUES (?, ?, ?, ?, 0, '')", row.Digest, row.Role, row.CreatedAt, row.ExpiresAt)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, Entry{Action: AuditInvite, Detail: row.Role})
	})
	return b.String(), err
}

// IsInvite says that a text has the form of an invite code, good or not. It
// forgives spaces, missing dashes, small letters and what the eye confuses.
func IsInvite(text string) bool {
	body, ok := codeBody(invitePrefix, text)
	return ok && len(body) == inviteLetter && strings.Trim(body, alphabet) == ""
}

// codeBody is the part of a code that counts, behind its prefix, in one form of
// writing.
func codeBody(prefix, text string) (body string, ok bool) {
	if len(text) > 200 {
		return "", false
	}
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '‐', '–', '—', '\t', '\n', '\r':
			return -1
		}
		return r
	}, strings.ToUpper(norm.NFKC.String(text)))
	body, ok = strings.CutPrefix(text, prefix)
	return lookalikes.Replace(body), ok
}

var lookalikes = strings.NewReplacer("O", "0", "I", "1", "L", "1")

// inviteDigest is all that is kept of a code. A code has 130 random bits: there
// is nothing to guess, so no slow hash is needed, and looking a digest up tells
// nothing by the time it takes.
func inviteDigest(code string) string {
	body, _ := codeBody(invitePrefix, code)
	sum := sha256.Sum256([]byte("redthread invite " + body))
	return hex.EncodeToString(sum[:])
}

// CheckInvite reads what a code is good for. ErrNotFound: nothing; it is wrong,
// used or expired.
func (tx *Tx) CheckInvite(code string) (Invite, error) {
	var row inviteRow
	if err := tx.hold("read invite", &row, "digest = ? AND used_at = 0 AND expires_at > ?", inviteDigest(code), millis(tx.now)); err != nil {
		return Invite{}, err
	}
	return Invite{Digest: row.Digest, Role: Role(row.Role)}, nil
}

// useInvite takes the invite, if it still is good.
func (tx *Tx) useInvite(i Invite) error {
	n, err := tx.exec("UPDATE invites SET used_at = ?, used_by = ? WHERE digest = ? AND role = ? AND used_at = 0 AND expires_at > ?",
		millis(tx.now), tx.ev.From.String(), i.Digest, string(i.Role), millis(tx.now))
	if err == nil && n != 1 {
		err = ErrNotFound
	}
	return wrap("use invite", err)
}

// Try counts an attempt of the turn's conversation at something that may be
// tried limit times within the time given. It is false when there have been as
// many; then it does not count.
func (tx *Tx) Try(name string, limit int, within time.Duration) (bool, error) {
	from, since := tx.ev.From.String(), millis(tx.now.Add(-within))
	if _, err := tx.exec("DELETE FROM attempts WHERE conversation = ? AND name = ? AND at <= ?", from, name, since); err != nil {
		return false, wrap("forget old attempts", err)
	}
	var n int
	if err := tx.sql.QueryRowContext(tx.ctx, "SELECT COUNT(*) FROM attempts WHERE conversation = ? AND name = ?", from, name).Scan(&n); err != nil {
		return false, wrap("count attempts", err)
	}
	if n >= limit {
		return false, nil
	}
	_, err := tx.exec("INSERT INTO attempts (conversation, name, at) VALUES (?, ?, ?)", from, name, millis(tx.now))
	return true, wrap("note attempt", err)
}
