package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"redthread/bot"
)

// Where two people talk through us, a message of ours carries what somebody wrote
// elsewhere. Beside such a message stands whose words it carries, so that the one
// who wrote them hears what became of them, and a correction or a quote of theirs
// finds the bubble that shows them. It holds names of messages, never words.

// Carry says whose words a message carries.
type Carry struct {
	Sender bot.Conversation // where they were written
	Ref    string           // the platform's name for them there; empty: it has none
	Tells  bool             // the sender hears what becomes of the message (NewsCarried)
}

// NewsCarried is played in the sender's conversation when there is news of a
// message that carries their words. Its ref names the message (Tx.Carried).
const NewsCarried = "outbox.carried"

// patienceFor is how long a message may be on its way before its sender is told so.
const patienceFor = time.Minute

// waitPatience is the same where the platform takes nothing: who sends finds out in
// less, and whether the person can be told.
const waitPatience = 3 * time.Second

// Fate is what has become of a message that carries somebody's words.
type Fate string

// The fates. What is on its way, or waits, can still arrive; of the others Arrived
// alone is good.
const (
	OnItsWay   Fate = "on_its_way"
	WaitsFor   Fate = "waits"   // for the person to write: the platform takes no more
	Knocked    Fate = "knocked" // so it does, and a template message has told them
	Arrived    Fate = "arrived" // the platform has taken it
	PersonGone Fate = "gone"    // the person has blocked or left us
	WasRefused Fate = "refused" // the platform does not take it as it is
	Uncertain  Fate = "unsure"  // it may have arrived: nobody knows
	TooLate    Fate = "late"    // it could not be sent for a day
	NoPicture  Fate = "picture" // a picture or file of it is not to be had
	WasDropped Fate = "dropped" // by an operator
	TakenBack  Fate = "taken"   // by who wrote it
)

// Final says that nothing more becomes of it by itself.
func (f Fate) Final() bool { return f != OnItsWay && !f.Waits() }

// Waits says that it waits for the person to write.
func (f Fate) Waits() bool { return f == WaitsFor || f == Knocked }

// Carried is a message that carries somebody's words.
type Carried struct {
	ID     string
	To     bot.Conversation
	Seq    int64
	Carry  Carry
	Fate   Fate
	Told   Fate // what the sender was told last; empty: nothing
	Client Client
	At     time.Time
}

type carriedRow struct {
	ID           string
	Conversation string
	Seq          int64
	Refs         string // the platform's names of its pieces, once it has arrived
	Sender       string
	SenderRef    string
	Tells        int
	Told         string
	At           int64
}

func (carriedRow) TableName() string { return "carried" }

// Carry leaves a message that carries somebody's words, as Post leaves any.
func (tx *Tx) Carry(to bot.Conversation, lane Lane, m bot.Message, c Carry) error {
	id := newID()
	tx.posts = append(tx.posts, post{to: to, lane: lane, m: m, carried: &carriedRow{ID: id, Sender: c.Sender.String(), SenderRef: ascii(c.Ref, 64), Tells: flag(c.Tells), At: millis(tx.now)}})
	if !c.Tells {
		return nil
	}
	w, err := tx.Window(to)
	if err != nil {
		return err
	}
	patience := patienceFor
	switch { // it will wait: why should who wrote it
	case w.Closed(tx.now) && w.Behind:
		patience = 0
	case w.Closed(tx.now):
		patience = waitPatience
	}
	tx.LaterFor(c.Sender, NewsCarried, id, tx.now.Add(patience))
	return nil
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// addCarried notes beside the messages whose words they carry.
func addCarried(b *script, heads []*headNews) {
	var args []any
	n := 0
	for _, h := range heads {
		for i, p := range h.posts {
			if c := p.carried; c != nil {
				n++
				args = append(args, c.ID, h.to.String(), h.last-int64(len(h.posts)-1-i), c.Sender, c.SenderRef, c.Tells, c.At)
			}
		}
	}
	if n > 0 {
		b.add("note whose words a message carries", "INSERT INTO carried (id, conversation, seq, sender, sender_ref, tells, at) VALUES "+rows(n, 7), args...)
	}
}

// tellSender notes how the platform calls a message, and leaves the news of it to
// whoever waits for them, in the transaction in which its state changes. It is false
// when nobody does.
func (s *Store) tellSender(ctx context.Context, tx *sql.Tx, to bot.Conversation, r Settled) (told bool, err error) {
	if !r.Carried {
		return false, nil
	}
	if refs := strings.Join(r.Refs, ","); refs != "" {
		if _, err := tx.ExecContext(ctx, "UPDATE carried SET refs = ? WHERE conversation = ? AND seq = ? AND refs = ''", ascii(refs, 190), to.String(), r.Seq); err != nil {
			return false, err
		}
	}
	if r.State == Queued {
		return false, nil // its timer stands
	}
	var id, sender string
	err = tx.QueryRowContext(ctx, "SELECT id, sender FROM carried WHERE conversation = ? AND seq = ? AND tells = 1", to.String(), r.Seq).Scan(&id, &sender)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	who, err := bot.ParseConversation(sender)
	if err != nil {
		return false, err
	}
	return true, s.news(ctx, tx, who, NewsCarried, id)
}

// Carried reads a message that carries words, by its ID, with what has become of it
// at this moment. ErrNotFound: there is none, or it has been erased.
func (tx *Tx) Carried(id string) (Carried, error) {
	all, err := tx.carriedWhere("c.id = ?", id)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("store: carried message %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return Carried{}, err
	}
	return all[0], nil
}

// CarriedFrom lists the newest messages, at most n, that carry what was written in
// the turn's own conversation and of which its writer is told, the newest first.
func (tx *Tx) CarriedFrom(n int) ([]Carried, error) {
	return tx.carriedWhere("c.sender = ? AND c.tells = 1 ORDER BY c.at DESC, c.seq DESC LIMIT ?", tx.ev.From.String(), n)
}

func (tx *Tx) carriedWhere(where string, args ...any) ([]Carried, error) {
	if err := tx.begin(); err != nil {
		return nil, err
	}
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT c.id, c.conversation, c.seq, c.sender, c.sender_ref, c.tells, c.told, c.at, o.state, o.reason FROM carried c JOIN outbox o ON o.conversation = c.conversation AND o.seq = c.seq WHERE "+where, args...)
	if err != nil {
		return nil, wrap("read carried messages", err)
	}
	defer rows.Close()
	var all []Carried
	for rows.Next() {
		var c Carried
		var to, sender, reason string
		var state State
		var at int64
		if err := rows.Scan(&c.ID, &to, &c.Seq, &sender, &c.Carry.Ref, &c.Carry.Tells, &c.Told, &at, &state, &reason); err != nil {
			return nil, wrap("read carried messages", err)
		}
		if c.To, err = bot.ParseConversation(to); err == nil {
			c.Carry.Sender, err = bot.ParseConversation(sender)
		}
		if err != nil {
			return nil, err
		}
		c.At, c.Fate = fromMillis(at), fateOf(state, reason)
		all = append(all, c)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, wrap("read carried messages", err)
	}
	return tx.withClients(all)
}

// withClients fills in whom the messages are for, and which of them wait behind a
// window that is closed.
func (tx *Tx) withClients(all []Carried) ([]Carried, error) {
	for i, c := range all {
		row, err := tx.clientRow(c.To)
		if err == nil {
			all[i].Client, err = tx.client(row)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		if c.Fate != OnItsWay && c.Fate != WaitsFor {
			continue
		}
		w, last, err := tx.window(c.To)
		if err != nil {
			return nil, err
		}
		if c.Seq > last {
			all[i].Fate = WaitsFor
		}
		if all[i].Fate == WaitsFor && w.Knocked {
			all[i].Fate = Knocked
		}
	}
	return all, nil
}

func fateOf(state State, reason string) Fate {
	if strings.HasPrefix(reason, takenReason) {
		return TakenBack
	}
	switch state {
	case Queued:
		return OnItsWay
	case Waiting:
		return WaitsFor
	case Delivered:
		return Arrived
	case Unreachable:
		return PersonGone
	}
	for _, known := range []struct {
		begins string
		fate   Fate
	}{{unsureReason, Uncertain}, {droppedReason, WasDropped}, {"could not be sent", TooLate}, {"its picture", NoPicture}} {
		if strings.HasPrefix(reason, known.begins) {
			return known.fate
		}
	}
	return WasRefused
}

// Told notes what the sender of a carried message has been told of it.
func (tx *Tx) Told(id string, f Fate) error {
	_, err := tx.exec("UPDATE carried SET told = ? WHERE id = ?", string(f), id)
	return wrap("note what a sender was told", err)
}

// CarriedAs finds the message that carries what was written in the turn's own
// conversation under that name, for a correction or a quote. ErrNotFound: none.
func (tx *Tx) CarriedAs(ref string) (to bot.Conversation, seq int64, err error) {
	row, err := tx.carriedRow("sender = ? AND sender_ref = ? ORDER BY at DESC, seq DESC LIMIT 1", tx.ev.From.String(), ref)
	if err != nil {
		return to, 0, err
	}
	to, err = bot.ParseConversation(row.Conversation)
	return to, row.Seq, err
}

// Shown finds whose words the message of that name in the turn's own conversation
// shows: where they were written, and how that message is called there. ErrNotFound:
// it carries nobody's.
func (tx *Tx) Shown(ref string) (sender bot.Conversation, their string, err error) {
	row, err := tx.carriedRow("conversation = ? AND (refs = ? OR refs LIKE ?) ORDER BY seq DESC LIMIT 1", tx.ev.From.String(), ref, ref+",%")
	if err != nil {
		return sender, "", err
	}
	sender, err = bot.ParseConversation(row.Sender)
	return sender, row.SenderRef, err
}

func (tx *Tx) carriedRow(where string, args ...any) (row carriedRow, err error) {
	if err := tx.begin(); err != nil {
		return row, err
	}
	err = tx.sql.QueryRowContext(tx.ctx, "SELECT conversation, seq, refs, sender, sender_ref FROM carried WHERE "+where, args...).
		Scan(&row.Conversation, &row.Seq, &row.Refs, &row.Sender, &row.SenderRef)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return row, wrap("look for a carried message", err)
}

// RefOf is how the platform calls the message at that place of a conversation's
// outbox, if it carries words; empty when it has not arrived, or has no name.
func (s *Store) RefOf(ctx context.Context, to bot.Conversation, seq int64) (string, error) {
	return refOf(s.sql.QueryRowContext(ctx, selectRefs, to.String(), seq))
}

// RefOf is the same within the turn.
func (tx *Tx) RefOf(to bot.Conversation, seq int64) (string, error) {
	if err := tx.begin(); err != nil {
		return "", err
	}
	return refOf(tx.sql.QueryRowContext(tx.ctx, selectRefs, to.String(), seq))
}

// RefsOf are all names that the platform has given to the message at that place, if it
// carries words: one of each piece, and of each picture.
func (s *Store) RefsOf(ctx context.Context, to bot.Conversation, seq int64) (all []string, err error) {
	var refs string
	err = s.sql.QueryRowContext(ctx, selectRefs, to.String(), seq).Scan(&refs)
	if errors.Is(err, sql.ErrNoRows) || err == nil && refs == "" {
		return nil, nil
	}
	return strings.Split(refs, ","), wrap("look for a message's names", err)
}

const selectRefs = "SELECT refs FROM carried WHERE conversation = ? AND seq = ?"

func refOf(row *sql.Row) (refs string, err error) {
	err = row.Scan(&refs)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	first, _, _ := strings.Cut(refs, ",")
	return first, wrap("look for a message's name", err)
}

// Again has a carried message that was lost sent once more, after all that its
// conversation has been told meanwhile. ErrNotLost: it has arrived or is on its way.
// ErrNotFound: there is none.
func (tx *Tx) Again(id string) (Carried, error) {
	c, err := tx.Carried(id)
	if err != nil {
		return c, err
	}
	if _, err := tx.s.resend(tx.ctx, tx.sql, c.To, c.Seq); err != nil {
		return c, err
	}
	if err := tx.Told(id, ""); err != nil {
		return c, err
	}
	tx.LaterFor(c.Carry.Sender, NewsCarried, id, tx.now.Add(patienceFor))
	return tx.Carried(id)
}

// Window is a platform's leave to write to a conversation, as it stands.
type Window struct {
	Counted bool      // the platform counts; else it may be written to at any time
	Left    int       // how many messages, what is on its way taken off
	Until   time.Time // when the leave ends, unless the person writes
	Gone    bool      // the person has blocked or left us
	Knocked bool      // a template message has told them that something waits
	Behind  bool      // something has been said that is still on its way, or waits
}

// Room says that more than so many messages are left, as far as the platform counts.
func (w Window) Room(besides int) bool { return !w.Counted || w.Left > besides }

// Closed says that nothing can be sent before the person writes.
func (w Window) Closed(now time.Time) bool { return w.Counted && (w.Left <= 0 || !now.Before(w.Until)) }

// Window reads the leave to write to a conversation.
func (tx *Tx) Window(c bot.Conversation) (Window, error) {
	w, _, err := tx.window(c)
	return w, err
}

// window is besides which of the conversation's messages can still go, by its place.
func (tx *Tx) window(c bot.Conversation) (w Window, last int64, err error) {
	if err := tx.begin(); err != nil {
		return w, 0, err
	}
	var left [2]int
	var ends [2]int64
	var said, sent int64
	gone, knocked := 0, 0
	err = tx.sql.QueryRowContext(tx.ctx, "SELECT gone, CASE WHEN knocked_opens = opens THEN 1 ELSE 0 END, message_left, message_until, action_left, action_until, max_seq, sent_seq FROM outbox_heads WHERE conversation = ?", c.String()).
		Scan(&gone, &knocked, &left[0], &ends[0], &left[1], &ends[1], &said, &sent)
	if errors.Is(err, sql.ErrNoRows) {
		return w, math.MaxInt64, nil
	}
	if err != nil {
		return w, 0, wrap("read window", err)
	}
	w.Gone, w.Knocked, w.Behind = gone == 1, knocked == 1, said > sent
	if w.Counted = isCounted(ends); !w.Counted {
		return w, math.MaxInt64, nil
	}
	may := int64(budget(tx.now, left, ends))
	w.Left = int(max(0, may-(said-sent)))
	for i := range ends {
		if at := fromMillis(ends[i]); left[i] > 0 && at.After(tx.now) && at.After(w.Until) {
			w.Until = at
		}
	}
	return w, sent + may, nil
}
