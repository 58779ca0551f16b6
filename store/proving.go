package store

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Anchor is where the audit log ended at some time: the number and the mark of its
// last entry. Kept elsewhere, such as in the program's log or on paper, it shows
// that everything up to it is still there.
type Anchor struct {
	Seq  int64
	Hash string
}

// String is how an anchor is printed and given back: "1234:9f86d08…".
func (a Anchor) String() string { return strconv.FormatInt(a.Seq, 10) + ":" + a.Hash }

// ParseAnchor reads what String has printed.
func ParseAnchor(s string) (a Anchor, err error) {
	n, hash, ok := strings.Cut(strings.TrimSpace(s), ":")
	if a.Seq, err = strconv.ParseInt(n, 10, 64); !ok || err != nil || a.Seq < 0 || len(hash) != len(noMark) || strings.Trim(hash, "0123456789abcdef") != "" {
		return a, fmt.Errorf("store: %q is no anchor; expected one as `redthread audit head` prints it, like 1234:9f86…", s)
	}
	a.Hash = hash
	return a, nil
}

// AuditHead is where the audit log ends now.
func (s *Store) AuditHead(ctx context.Context) (Anchor, error) {
	h, err := lastLink(ctx, s.read)
	return Anchor{h.seq, h.hash}, wrap("read the audit log's head", err)
}

// AuditFault is a place where the audit log is broken.
type AuditFault struct {
	Seq  int64 // the entry at which it shows
	What string
}

// AuditProof is what a walk along the audit log found.
type AuditProof struct {
	Entries     int64
	Head        Anchor
	Faults      []AuditFault // at most mostFaults; empty: nothing was changed
	ReasonsGone int64        // that went with their clients, or by their age
}

const mostFaults = 100

// ProveAudit walks along the whole log and says where it is broken: entries that were
// changed, taken out, put in, or moved, and reasons that were exchanged. That its
// end was cut off shows against anchors that were noted before.
func (s *Store) ProveAudit(ctx context.Context, anchors ...Anchor) (AuditProof, error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return AuditProof{}, wrap("prove the audit log", err)
	}
	defer func() { _ = tx.Rollback() }() // it was read only
	w := auditWalk{s: s, ctx: ctx, tx: tx, keys: map[int64]auditKey{}, anchors: anchors, last: auditHead{hash: noMark}}
	if err := w.walk(); err != nil {
		return AuditProof{}, wrap("prove the audit log", err)
	}
	return w.proof, nil
}

// auditWalk is a walk along the log, as it stood at one moment.
type auditWalk struct {
	s       *Store
	ctx     context.Context
	tx      *sql.Tx
	keys    map[int64]auditKey // nil: it is not there
	anchors []Anchor
	last    auditHead // the entry before
	proof   AuditProof
}

func (w *auditWalk) fault(seq int64, format string, args ...any) {
	if len(w.proof.Faults) < mostFaults {
		w.proof.Faults = append(w.proof.Faults, AuditFault{seq, fmt.Sprintf(format, args...)})
	}
}

func (w *auditWalk) walk() error {
	for {
		page, err := w.page(w.last.seq)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return w.end()
		}
		for _, r := range page {
			if err := w.step(r); err != nil {
				return err
			}
		}
	}
}

func (w *auditWalk) page(after int64) (page []auditRow, err error) {
	rows, err := w.tx.QueryContext(w.ctx, "SELECT "+auditColumns+" FROM audit WHERE seq > ? ORDER BY seq LIMIT 500", after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanAudit(rows)
		if err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

// step proves one entry against the one before.
func (w *auditWalk) step(r auditRow) error {
	w.proof.Entries++
	key, err := w.key(r.keyNo)
	if err != nil {
		return err
	}
	switch {
	case key == nil:
		w.fault(r.seq, "was made with secret %d, which is not there or does not open", r.keyNo)
	case !hmac.Equal([]byte(key.markOf(r)), []byte(r.hash)):
		w.fault(r.seq, "was changed, or put in by somebody without the secret")
	}
	if missing := r.seq - w.last.seq - 1; missing > 0 {
		w.fault(r.seq, "%d entries before it are missing", missing)
	} else if r.prev != w.last.hash {
		w.fault(r.seq, "does not follow the entry before it")
	}
	for _, a := range w.anchors {
		if a.Seq == r.seq && a.Hash != r.hash {
			w.fault(r.seq, "is not the entry that the anchor was taken from")
		}
	}
	w.last = auditHead{r.seq, r.hash, r.keyNo}
	if r.reasonMark == "" || key == nil {
		return nil
	}
	return w.reason(r, key)
}

// reason proves that the reason is the one that was given, if it is still there.
func (w *auditWalk) reason(r auditRow, key auditKey) error {
	reason, err := w.s.auditReason(w.ctx, w.tx, r.seq)
	switch {
	case errors.Is(err, ErrNotFound):
		w.proof.ReasonsGone++
	case err != nil && IsAway(err):
		return err
	case err != nil || key.markOfReason(r.seq, reason) != r.reasonMark:
		w.fault(r.seq, "its reason was exchanged")
	}
	return nil
}

func (w *auditWalk) key(no int64) (auditKey, error) {
	if key, known := w.keys[no]; known {
		return key, nil
	}
	key, err := w.s.auditKey(w.ctx, w.tx, no)
	if errors.Is(err, errNoAuditKey) {
		err = nil
	}
	w.keys[no] = key
	return key, err
}

// end holds the end of the log against what says where it must be.
func (w *auditWalk) end() error {
	w.proof.Head = Anchor{w.last.seq, w.last.hash}
	for _, a := range w.anchors {
		if a.Seq > w.last.seq {
			w.fault(w.last.seq, "the log ends here: %d entries up to the anchor have been cut off", a.Seq-w.last.seq)
		}
	}
	var head auditHead
	err := w.tx.QueryRowContext(w.ctx, "SELECT seq, hash FROM audit_head WHERE id = 1").Scan(&head.seq, &head.hash)
	switch {
	case errors.Is(err, sql.ErrNoRows) && w.last.seq == 0:
	case errors.Is(err, sql.ErrNoRows):
		w.fault(w.last.seq, "the log's head is gone")
	case err != nil:
		return err
	case head.seq != w.last.seq || head.hash != w.last.hash:
		w.fault(w.last.seq, "the log ends here, its head says at %d", head.seq)
	}
	return nil
}
