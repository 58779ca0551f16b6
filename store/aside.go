package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"redthread/bot"
)

// WeChat lets us say five things to a colleague before they write again. What
// needs their answer must not wait because news that need none have used those up.
// So in a conversation that the platform counts, news (the lane Asides) go out only
// while enough is left for everything else that is known and for a little more; they
// are put aside otherwise, and come in one piece with what the colleague is told
// when they write next. Words of clients that wait there together become one
// message.

// reserve is how many messages news leave for what may yet come.
const reserve = 2

// Spare says that a piece of news may take one of the messages that the platform
// still allows: what else waits for the conversation at this moment has room, and
// two more.
func (c *Claim) Spare(ctx context.Context) (bool, error) {
	var waiting int
	err := c.s.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM outbox WHERE conversation = ? AND seq > (SELECT sent_seq FROM outbox_heads WHERE conversation = ?) AND lane <> ? AND "+pending,
		c.To.String(), c.To.String(), Asides).Scan(&waiting)
	return c.Budget-waiting > reserve, wrap("look for what else waits", err)
}

// Reader is who reads a conversation.
type Reader string

// The readers to whom it matters when the platform takes no more for them.
const (
	ReaderStaff  Reader = "staff"  // a colleague at work, who waits for alerts
	ReaderClient Reader = "client" // a client who waits for a colleague, or talks with one
)

// Reader says who reads the conversation, and what they speak; nobody of these: empty.
func (c *Claim) Reader(ctx context.Context) (who Reader, lang string, err error) {
	name := c.To.String()
	err = c.s.sql.QueryRowContext(ctx, "SELECT '"+string(ReaderStaff)+"', lang FROM staff WHERE revoked_at = 0 AND duty = ? AND (conversation = ? OR id IN (SELECT staff_id FROM staff_chats WHERE conversation = ?)) "+
		"UNION ALL SELECT '"+string(ReaderClient)+"', k.lang FROM clients k JOIN handoffs h ON h.client_id = k.id WHERE k.conversation = ? AND h.state <> ? LIMIT 1", DutyOn, name, name, name, handoffClosed).Scan(&who, &lang)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return who, lang, wrap("look who reads", err)
}

// putAside puts all news aside that wait for a conversation in which nothing can be
// said before the person writes.
func (s *Store) putAside(ctx context.Context, tx *sql.Tx, to bot.Conversation) error {
	const news = "conversation = ? AND lane = ? AND pieces = 0 AND " + pending
	var first sql.NullInt64
	if err := tx.QueryRowContext(ctx, "SELECT MIN(seq) FROM outbox WHERE "+news, to.String(), Asides).Scan(&first); err != nil || !first.Valid {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE outbox SET state = ? WHERE "+news, PutAside, to.String(), Asides); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf("UPDATE outbox_heads SET aside_from = CASE WHEN aside_from = 0 OR aside_from > %[1]d THEN %[1]d ELSE aside_from END WHERE conversation = ?", first.Int64), to.String())
	return err
}

// Asides hands out the news that were put aside for the turn's own conversation, in
// their order and as far as they fit into so many bytes; at least one. The turn must
// say them: they are not handed out again.
func (tx *Tx) Asides(bytes int) (news []string, err error) {
	from, err := tx.asideFrom()
	if from == 0 || err != nil {
		return nil, err
	}
	all, err := tx.readAsides(from)
	if err != nil {
		return nil, err
	}
	left := int64(0)
	for _, o := range all {
		if bytes -= len(o.Message.Text); bytes < 0 && len(news) > 0 {
			left = o.Seq
			break
		}
		if err := tx.takeAside(o.Seq); err != nil {
			return nil, err
		}
		news = append(news, o.Message.Text)
	}
	_, err = tx.exec("UPDATE outbox_heads SET aside_from = ? WHERE conversation = ?", left, tx.ev.From.String())
	return news, wrap("take what was put aside", err)
}

// asideFrom is the first place at which news were put aside; 0: nowhere. Who has
// none pays for one look; else the head is held.
func (tx *Tx) asideFrom() (from int64, err error) {
	const query = "SELECT COALESCE(MAX(aside_from), 0) FROM outbox_heads WHERE conversation = ?"
	name := tx.ev.From.String()
	if err := tx.s.read.QueryRowContext(tx.ctx, query, name).Scan(&from); err != nil || from == 0 {
		return 0, wrap("look for what was put aside", err)
	}
	if _, err := tx.exec("UPDATE outbox_heads SET aside_from = aside_from WHERE conversation = ?", name); err != nil {
		return 0, wrap("look for what was put aside", err)
	}
	return from, wrap("look for what was put aside", tx.sql.QueryRowContext(tx.ctx, query, name).Scan(&from))
}

func (tx *Tx) readAsides(from int64) (all []Outgoing, err error) {
	name := tx.ev.From.String()
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT seq, body FROM outbox WHERE conversation = ? AND seq >= ? AND state = ? ORDER BY seq", name, from, PutAside)
	if err != nil {
		return nil, wrap("read what was put aside", err)
	}
	defer rows.Close()
	for rows.Next() {
		var o Outgoing
		var body []byte
		if err := rows.Scan(&o.Seq, &body); err != nil {
			return nil, wrap("read what was put aside", err)
		}
		if err := tx.s.box.OpenJSON(bodyPlace(name, o.Seq), body, &o.Message); err != nil {
			return nil, wrap("read what was put aside", err)
		}
		all = append(all, o)
	}
	return all, wrap("read what was put aside", rows.Err())
}

// takeAside notes that news are said with other words, which are about whom they
// were about.
func (tx *Tx) takeAside(seq int64) error {
	name := tx.ev.From.String()
	if _, err := tx.exec("UPDATE outbox SET state = ?, sent_at = ? WHERE conversation = ? AND seq = ?", Joined, millis(tx.now), name, seq); err != nil {
		return wrap("take what was put aside", err)
	}
	err := tx.eachPair("SELECT client_id, at FROM outbox_about WHERE conversation = ? AND seq = ?", func(person, _ int64) {
		tx.subjects = append(tx.subjects, subject{person: person})
	}, name, seq)
	return wrap("take what was put aside", err)
}

const (
	mostJoined = 16   // messages that become one
	joinedSize = 1500 // bytes of its words: they go out in one piece
)

// join makes one message of words that wait one after the other, in the place of the
// last of them, and gives what is to be sent then.
func (c *Claim) join(ctx context.Context, next []Outgoing) (left []Outgoing, err error) {
	for i := 0; i < len(next); {
		run := runOf(next[i:])
		i += len(run)
		last := run[len(run)-1]
		if len(run) > 1 {
			if last.Message, err = c.joinRun(ctx, run); err != nil {
				return nil, err
			}
		}
		left = append(left, last)
	}
	return left, nil
}

// runOf is the longest beginning that can be one message; the first at least.
func runOf(next []Outgoing) []Outgoing {
	size := len(next[0].Message.Text)
	for i := 1; i < len(next); i++ {
		if size += len(next[i].Message.Text); size > joinedSize || i == mostJoined || !joins(next[i-1], next[i]) {
			return next[:i]
		}
	}
	return next
}

// joins says that two messages can be one: words of clients, under which the same
// buttons stand, or none.
func joins(one, other Outgoing) bool {
	words := func(o Outgoing) bool {
		m := o.Message
		return o.Carried && !o.Tells && o.Pieces == 0 && m.Text != "" && len(m.Photos) == 0 && m.Document == nil && m.Changes == 0 && m.Edits == "" && !m.Menu
	}
	if !words(one) || !words(other) || len(one.Message.Buttons) != len(other.Message.Buttons) {
		return false
	}
	for i, b := range one.Message.Buttons {
		if b != other.Message.Buttons[i] {
			return false
		}
	}
	return true
}

func (c *Claim) joinRun(ctx context.Context, run []Outgoing) (bot.Message, error) {
	last, name := run[len(run)-1], c.To.String()
	m := last.Message
	var words []string
	for _, o := range run {
		words = append(words, o.Message.Text)
	}
	m.Text, m.Quotes = strings.Join(words, "\n"), ""
	body, err := c.s.box.SealJSON(bodyPlace(name, last.Seq), m)
	if err != nil {
		return m, err
	}
	return m, c.s.inTx(ctx, "join messages", func(tx *sql.Tx) error {
		if err := c.change(ctx, tx, "epoch = epoch"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE outbox SET body = ? WHERE conversation = ? AND seq = ?", body, name, last.Seq); err != nil {
			return err
		}
		for _, o := range run[:len(run)-1] {
			if err := c.giveTo(ctx, tx, o.Seq, last.Seq); err != nil {
				return err
			}
		}
		return nil
	})
}

// giveTo notes that a message's words stand in another one now.
func (c *Claim) giveTo(ctx context.Context, tx *sql.Tx, seq, other int64) error {
	name := c.To.String()
	if _, err := tx.ExecContext(ctx, "UPDATE outbox SET state = ? WHERE conversation = ? AND seq = ? AND "+pending, Joined, name, seq); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO outbox_about (conversation, seq, client_id, at) SELECT conversation, ?, client_id, at FROM outbox_about a WHERE conversation = ? AND seq = ? "+
		"AND NOT EXISTS (SELECT 1 FROM outbox_about b WHERE b.conversation = a.conversation AND b.seq = ? AND b.client_id = a.client_id)", other, name, seq, other)
	return err
}
