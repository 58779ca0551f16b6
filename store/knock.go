package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"redthread/bot"
)

// When the platform takes nothing for a person before they write, a template message
// may tell them that something waits: not more often than each few hours, and only for
// what is worth it. For a client that is what a colleague has written to them; for a
// colleague it is words of clients, and cards, which want an answer.

// Waits is what a person could be told by a template message.
type Waits struct {
	Purpose bot.Purpose
	Count   int       // of messages
	Since   time.Time // the oldest
	Once    string    // names this occasion
}

// Waits says what waits for the person, and whether they may be told so: they have
// not been for as long as every.
func (c *Claim) Waits(ctx context.Context, every time.Duration) (w Waits, may bool, err error) {
	name := c.To.String()
	var last, first int64
	if err := c.s.sql.QueryRowContext(ctx, "SELECT knocked_at FROM outbox_heads WHERE conversation = ?", name).Scan(&last); err != nil {
		return w, false, wrap("look when somebody was knocked for", err)
	}
	if millis(c.s.now())-last < every.Milliseconds() {
		return w, false, nil
	}
	var staff int
	err = c.s.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM staff WHERE revoked_at = 0 AND (conversation = ? OR id IN (SELECT staff_id FROM staff_chats WHERE conversation = ?))", name, name).Scan(&staff)
	if err != nil {
		return w, false, wrap("look who it is", err)
	}
	const carried = "EXISTS (SELECT 1 FROM carried w WHERE w.conversation = o.conversation AND w.seq = o.seq"
	worth := carried + " AND w.tells = 1)"
	w.Purpose, w.Once = bot.ReplyKept, occasion(name, last, c.opens)
	if staff > 0 {
		w.Purpose, worth = bot.StaffWaiting, "(o.card = 1 OR "+carried+"))"
	}
	err = c.s.sql.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(MIN(o.created_at), 0) FROM outbox o WHERE o.conversation = ? AND o."+pending+" AND "+worth, name).Scan(&w.Count, &first)
	w.Since = fromMillis(first)
	return w, w.Count > 0, wrap("look what waits", err)
}

// occasion is the same for a process that dies before it has noted what it did, and
// for the one that does it again.
func occasion(conversation string, last, opens int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%d", conversation, last, opens))
	return hex.EncodeToString(sum[:16])
}

// KnockLost notes that the template message to the turn's own conversation has not
// arrived, and leaves the news of it to those who were told that it had gone out.
func (tx *Tx) KnockLost() error {
	name := tx.ev.From.String()
	if _, err := tx.exec("UPDATE outbox_heads SET knocked_opens = -1 WHERE conversation = ?", name); err != nil {
		return wrap("note that a knock was lost", err)
	}
	all, err := tx.carriedWhere("c.conversation = ? AND c.tells = 1 AND c.told = ? AND o.state IN ('queued', 'waiting') ORDER BY c.seq", name, string(Knocked))
	for i, c := range all { // due one after the other, to be told in their order
		tx.LaterFor(c.Carry.Sender, NewsCarried, c.ID, tx.now.Add(-time.Duration(len(all)-i)*time.Millisecond))
	}
	return err
}
