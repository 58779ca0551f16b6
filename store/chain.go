package store

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The entries of the audit log are a chain: each carries the mark of the one before
// and its own, an HMAC-SHA-256 (RFC 2104) over all it says. The secret stands in the
// database sealed, beside those of the indexes: who holds the database alone can
// take entries out, but make none, and what is taken out is missed. New secrets are
// numbered on (`keys rotate` makes one), each entry says which one made it, and old
// ones stay so that old entries can be proved; sealing anew leaves them as they are.
//
// Whoever writes holds the head until they commit, as the last thing they lock:
// nobody waits for anything behind it, and no two entries follow the same one.
// Turns of clients write none.

// auditDomain keeps these marks apart from everything else that is marked.
const auditDomain = "redthread audit 1"

// noMark is what the first entry follows.
var noMark = strings.Repeat("0", 2*sha256.Size)

func auditKeyName(no int64) string { return "audit." + strconv.FormatInt(no, 10) }

// auditKey is a secret of the chain.
type auditKey []byte

// mark is the MAC of the fields, each with its length before it, so that none can
// be taken for another.
func (k auditKey) mark(fields ...string) string {
	h := hmac.New(sha256.New, k)
	for _, f := range append([]string{auditDomain}, fields...) {
		_ = binary.Write(h, binary.BigEndian, uint32(len(f))) // a hash takes everything
		h.Write([]byte(f))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (k auditKey) markOf(r auditRow) string {
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	return k.mark("entry", n(r.seq), n(r.at), r.actor, r.role, r.action, n(r.client), r.subject, r.detail, r.reasonMark, n(r.keyNo), r.prev)
}

func (k auditKey) markOfReason(seq int64, reason string) string {
	return k.mark("reason", strconv.FormatInt(seq, 10), reason)
}

// auditHead is where the chain ends.
type auditHead struct {
	seq   int64
	hash  string
	keyNo int64
}

// chain adds entries in a transaction that does nothing after that but commit.
func (s *Store) chain(ctx context.Context, tx *sql.Tx, entries []auditRow) error {
	if len(entries) == 0 {
		return nil
	}
	head, err := s.holdHead(ctx, tx)
	if err != nil {
		return wrap("hold the audit log's head", err)
	}
	key, err := s.auditKey(ctx, tx, head.keyNo)
	if err != nil {
		return wrap("read the audit log's secret", err)
	}
	for _, r := range entries {
		if head, err = s.link(ctx, tx, head, key, r); err != nil {
			return wrap("write the audit log", err)
		}
	}
	return wrap("write the audit log", moveHead(ctx, tx, head))
}

// link writes one entry behind the head and gives the new head.
func (s *Store) link(ctx context.Context, tx *sql.Tx, head auditHead, key auditKey, r auditRow) (auditHead, error) {
	r.seq, r.prev, r.keyNo = head.seq+1, head.hash, head.keyNo
	if r.reason != "" {
		r.reasonMark = key.markOfReason(r.seq, r.reason)
		sealed, err := s.box.Seal(reasonPlace(strconv.FormatInt(r.seq, 10)), []byte(r.reason))
		if err != nil {
			return head, err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO audit_reasons (seq, client_id, reason, at) VALUES (?, ?, ?, ?)", r.seq, r.client, sealed, r.at); err != nil {
			return head, err
		}
	}
	r.hash = key.markOf(r)
	_, err := tx.ExecContext(ctx, "INSERT INTO audit ("+auditColumns+") VALUES "+rows(1, 12),
		r.seq, r.at, r.actor, r.role, r.action, r.client, r.subject, r.detail, r.reasonMark, r.keyNo, r.prev, r.hash)
	return auditHead{r.seq, r.hash, r.keyNo}, err
}

// holdHead reads the head and keeps everybody else from it until we commit. Where
// there is none it is made: behind the last entry, if there are any.
func (s *Store) holdHead(ctx context.Context, tx *sql.Tx) (h auditHead, err error) {
	query := "SELECT seq, hash, key_no FROM audit_head WHERE id = 1"
	if s.dialect.name == "mysql" {
		query += " FOR UPDATE"
	}
	err = tx.QueryRowContext(ctx, query).Scan(&h.seq, &h.hash, &h.keyNo)
	if !errors.Is(err, sql.ErrNoRows) {
		return h, err
	}
	if h, err = lastLink(ctx, tx); err != nil {
		return h, err
	}
	if h.keyNo == 0 {
		h.keyNo = 1
		if err := s.newAuditKey(ctx, tx, h.keyNo); err != nil {
			return h, err
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO audit_head (id, seq, hash, key_no) VALUES (1, ?, ?, ?)", h.seq, h.hash, h.keyNo)
	return h, err
}

// lastLink is the last entry that there is.
func lastLink(ctx context.Context, q querier) (auditHead, error) {
	h := auditHead{hash: noMark}
	err := q.QueryRowContext(ctx, "SELECT seq, hash, key_no FROM audit ORDER BY seq DESC LIMIT 1").Scan(&h.seq, &h.hash, &h.keyNo)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return h, err
}

func moveHead(ctx context.Context, tx *sql.Tx, h auditHead) error {
	_, err := tx.ExecContext(ctx, "UPDATE audit_head SET seq = ?, hash = ?, key_no = ? WHERE id = 1", h.seq, h.hash, h.keyNo)
	return err
}

// errNoAuditKey says that a secret of the chain is not there, or does not open.
var errNoAuditKey = errors.New("store: the audit log's secret is not there")

func (s *Store) auditKey(ctx context.Context, q querier, no int64) (auditKey, error) {
	var sealed []byte
	err := q.QueryRowContext(ctx, "SELECT secret FROM index_keys WHERE name = ?", auditKeyName(no)).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: number %d", errNoAuditKey, no)
	}
	if err != nil {
		return nil, err
	}
	key, err := s.box.Open(indexSecretPlace(auditKeyName(no)), sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: number %d: %w", errNoAuditKey, no, err)
	}
	return key, nil
}

func (s *Store) newAuditKey(ctx context.Context, tx *sql.Tx, no int64) error {
	secret, err := s.newIndexSecret(auditKeyName(no))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO index_keys (name, secret, made_at) VALUES (?, ?, ?)", auditKeyName(no), secret, millis(s.now()))
	return err
}

// NewAuditKey has the log go on under a new secret, from the next entry on. It gives
// the secret's number.
func (s *Store) NewAuditKey(ctx context.Context) (no int64, err error) {
	err = s.inTx(ctx, "renew the audit log's secret", func(tx *sql.Tx) error {
		head, err := s.holdHead(ctx, tx)
		if err != nil {
			return err
		}
		head.keyNo++
		no = head.keyNo
		if err := s.newAuditKey(ctx, tx, no); err != nil {
			return err
		}
		if err := moveHead(ctx, tx, head); err != nil {
			return err
		}
		return s.record(ctx, tx, Entry{Action: AuditKey, Detail: strconv.FormatInt(no, 10)})
	})
	return no, err
}
