package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"redthread/bot"
)

// Outgoing is a message on its way out.
type Outgoing struct {
	To      bot.Conversation
	Seq     int64
	Message bot.Message
	Pieces  int // handed over at earlier attempts
	Tries   int // attempts before this one
	Unsure  int // of them, those that may have arrived
	Lane    Lane
	Carried bool // it carries words of somebody (Tx.Carry)
	Tells   bool // and they are told what becomes of it
	Over    bool // it overtakes what was said before it (overtaking.go)
	Event   bot.EventKey
	At      time.Time
}

// Claim is the right to send to one conversation, for as long as its lease
// lasts. Whoever lost it cannot change anything any more.
type Claim struct {
	To     bot.Conversation
	Gone   bool
	Budget int       // how many pieces a metered platform still allows
	Until  time.Time // when the lease ends, on this machine's clock

	counted bool // the platform counts what is said here
	s       *Store
	owner   string
	epoch   int64
	max     int64 // the last message there was when the claim was made
	opens   int64 // how often the person had come back when the claim was made
}

// ErrLost says that a claim's lease ran out and another has it.
var ErrLost = errors.New("store: the claim is lost")

// Due lists conversations that have something to send and nobody sending, the
// urgent ones first, at most n. What this process has sent and could not note
// while the database was away is noted before.
func (s *Store) Due(ctx context.Context, n int) ([]bot.Conversation, error) {
	if err := s.noteLate(ctx); err != nil {
		return nil, err
	}
	now := s.dbnow()
	rows, err := s.read.QueryContext(ctx, "SELECT conversation FROM outbox_heads WHERE due_at <= "+now+" AND lease_until <= "+now+" ORDER BY lane, due_at LIMIT ?", n)
	if err != nil {
		return nil, wrap("look for what is due", err)
	}
	defer rows.Close()
	var due []bot.Conversation
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, wrap("look for what is due", err)
		}
		if c, err := bot.ParseConversation(name); err == nil {
			due = append(due, c)
		}
	}
	return due, wrap("look for what is due", rows.Err())
}

// Claim takes the conversation for lease; nil when another has it or nothing is
// due any more.
func (s *Store) Claim(ctx context.Context, c bot.Conversation, lease time.Duration) (*Claim, error) {
	return s.claim(ctx, c, fmt.Sprintf("%016x", rand.Uint64()), lease, "due_at <= "+s.dbnow()+" AND lease_until <= "+s.dbnow())
}

func (s *Store) claim(ctx context.Context, c bot.Conversation, owner string, lease time.Duration, free string) (*Claim, error) {
	until := time.Now().Add(lease) // before asking: never later than the database's
	n, err := s.exec(ctx, "claim conversation", "UPDATE outbox_heads SET lease_until = "+s.dbnow()+" + ?, epoch = epoch + 1, owner = ? WHERE conversation = ? AND "+free,
		lease.Milliseconds(), owner, c.String())
	if err != nil || n != 1 {
		return nil, err
	}
	cl := &Claim{To: c, Until: until, s: s, owner: owner}
	var gone int
	var left [2]int
	var ends [2]int64
	err = s.sql.QueryRowContext(ctx, "SELECT epoch, max_seq, opens, gone, message_left, message_until, action_left, action_until FROM outbox_heads WHERE conversation = ? AND owner = ?", c.String(), owner).
		Scan(&cl.epoch, &cl.max, &cl.opens, &gone, &left[0], &ends[0], &left[1], &ends[1])
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	cl.Budget, cl.Gone, cl.counted = budget(s.now(), left, ends), gone == 1, isCounted(ends)
	return cl, wrap("read claim", err)
}

const pending = "state IN ('queued', 'waiting')"

// Pending lists the next messages of the conversation, in the order they were
// said, at most n. Where the platform counts messages, words that have waited
// together are one message then, as far as they fit.
func (c *Claim) Pending(ctx context.Context, n int) ([]Outgoing, error) {
	next, err := c.pending(ctx, n)
	if err != nil || !c.counted || len(next) < 2 {
		return next, err
	}
	return c.join(ctx, next)
}

func (s *Store) outgoing(ctx context.Context, to bot.Conversation, where string, args ...any) ([]Outgoing, error) {
	return s.readOutgoing(ctx, s.sql, to, where, args...)
}

func (s *Store) readOutgoing(ctx context.Context, db reader, to bot.Conversation, where string, args ...any) ([]Outgoing, error) {
	name := to.String()
	rows, err := db.QueryContext(ctx, "SELECT seq, body, pieces, tries, unsure, lane, event_key, created_at, COALESCE((SELECT c.tells FROM carried c WHERE c.conversation = outbox.conversation AND c.seq = outbox.seq), -1) FROM outbox WHERE conversation = ? AND "+where, append([]any{name}, args...)...)
	if err != nil {
		return nil, wrap("read messages", err)
	}
	defer rows.Close()
	var all []Outgoing
	for rows.Next() {
		o := Outgoing{To: to}
		var body []byte
		var at int64
		var tells int
		if err := rows.Scan(&o.Seq, &body, &o.Pieces, &o.Tries, &o.Unsure, &o.Lane, &o.Event, &at, &tells); err != nil {
			return nil, wrap("read messages", err)
		}
		o.At, o.Carried, o.Tells = fromMillis(at), tells >= 0, tells == 1
		if err := s.box.OpenJSON(bodyPlace(name, o.Seq), body, &o.Message); err != nil {
			return nil, wrap("read messages", err)
		}
		all = append(all, o)
	}
	return all, wrap("read messages", rows.Err())
}

// Settled is what became of one attempt to send a message.
type Settled struct {
	Seq    int64
	State  State  // Queued and Waiting: it stays the next to be sent
	Pieces int    // handed over so far
	Spent  int    // of them in this attempt, for the allowances
	Tried  bool   // the attempt counts
	Unsure bool   // it may have arrived
	Reason string // why it is not sent, without personal data; ASCII
	Lane   Lane   // the message's
	Over   bool   // as Outgoing's

	Carried bool     // it carries somebody's words
	Refs    []string // the platform's names of the pieces, of such a one
}

func (c *Claim) settle(ctx context.Context, tx *sql.Tx, r Settled) error {
	head := "sent_seq = sent_seq"
	if r.State != Queued && r.State != Waiting && !r.Over {
		head = fmt.Sprintf("sent_seq = %d", r.Seq)
	}
	if r.Spent > 0 {
		head += fmt.Sprintf(", message_left = CASE WHEN message_left > %[1]d THEN message_left - %[1]d ELSE 0 END, action_left = CASE WHEN action_left > %[1]d THEN action_left - %[1]d ELSE 0 END", r.Spent)
	}
	if r.State == PutAside {
		head += fmt.Sprintf(", aside_from = CASE WHEN aside_from = 0 THEN %d ELSE aside_from END", r.Seq)
	}
	if err := c.change(ctx, tx, head); err != nil {
		return err
	}
	if err := c.s.settleRow(ctx, tx, c.To, r); err != nil {
		return err
	}
	if told, err := c.s.tellSender(ctx, tx, c.To, r); told || err != nil {
		return err // who wrote the words looks after them
	}
	if _, key := c.To.InThread(); key != "" && (r.State == Failed || r.State == Unreachable) {
		return c.s.news(ctx, tx, c.To, NewsThreadLost, strconv.FormatInt(r.Seq, 10))
	}
	return c.s.tellOfLoss(ctx, tx, c.To, r)
}

// change writes to the conversation's head, if the claim still holds it.
func (c *Claim) change(ctx context.Context, tx *sql.Tx, set string) error {
	n, err := affected(tx.ExecContext(ctx, "UPDATE outbox_heads SET "+set+" WHERE conversation = ? AND epoch = ? AND owner = ?", c.To.String(), c.epoch, c.owner))
	if err == nil && n != 1 {
		return ErrLost
	}
	return err
}

// tellOfLoss leaves news for staff, in the same transaction, when a message to a
// client will never arrive. Of an alert the ladder hears: it calls somebody else.
func (s *Store) tellOfLoss(ctx context.Context, tx *sql.Tx, to bot.Conversation, r Settled) error {
	if r.State != Failed && r.State != Unreachable {
		return nil
	}
	if r.Lane == Alerts {
		return s.news(ctx, tx, to, AlertsStuck, "")
	}
	ref := "gone"
	if r.State == Failed {
		ref = strconv.FormatInt(r.Seq, 10)
	}
	return s.news(ctx, tx, to, NewsUndelivered, ref)
}

func (s *Store) settleRow(ctx context.Context, tx *sql.Tx, to bot.Conversation, r Settled) error {
	tried, unsure := 0, 0
	if r.Tried {
		tried = 1
	}
	if r.Unsure {
		unsure = 1
	}
	sent := int64(0)
	if r.State == Delivered {
		sent = millis(s.now())
	}
	_, err := tx.ExecContext(ctx, "UPDATE outbox SET state = ?, pieces = ?, tries = tries + ?, unsure = unsure + ?, reason = ?, sent_at = ? WHERE conversation = ? AND seq = ? AND "+pending,
		r.State, r.Pieces, tried, unsure, ascii(r.Reason, 190), sent, to.String(), r.Seq)
	return err
}

// Rest is how a claim ends.
type Rest struct {
	Wait   time.Duration // what is left is not tried before
	Closed bool          // the platform takes no more until the person writes
	Gone   bool          // nothing will arrive until the person returns
	Empty  bool          // Pending found nothing

	Knocked bool // a template message has told the person that something waits
}

// Release gives the conversation back. ErrLost: it had been taken away.
func (c *Claim) Release(ctx context.Context, r Rest) error {
	defer c.s.ringIfMissed(c.To)
	return c.s.inTx(ctx, "release conversation", func(tx *sql.Tx) error { return c.release(ctx, tx, r) })
}

// release is judged on the locked row: a message left a moment ago is not
// overlooked, nor is a person who wrote while we found the window closed.
func (c *Claim) release(ctx context.Context, tx *sql.Tx, r Rest) error {
	now := c.s.dbnow()
	done := "sent_seq"
	if r.Empty {
		done = fmt.Sprint(c.max)
	}
	due := "due_at = CASE WHEN max_seq > " + done + " THEN " + now + fmt.Sprintf(" ELSE %d END", far)
	if r.Closed {
		due = fmt.Sprintf("due_at = CASE WHEN opens = %d THEN %d ELSE %s END", c.opens, far, now)
	}
	var set []string
	if r.Empty {
		// Every message there was has come to its end, even if it was noted by one
		// whose claim had run out and could not move the head on.
		set = append(set, fmt.Sprintf("sent_seq = CASE WHEN sent_seq < %[1]d THEN %[1]d ELSE sent_seq END", c.max))
	}
	set = append(set, due, "lease_until = "+now+fmt.Sprintf(" + %d", r.Wait.Milliseconds()), "owner = ''")
	still := func(column string, value int) {
		set = append(set, fmt.Sprintf("%[1]s = CASE WHEN opens = %[2]d THEN %[3]d ELSE %[1]s END", column, c.opens, value))
	}
	if r.Closed {
		still("message_left", 0)
		still("action_left", 0)
	}
	if r.Gone {
		still("gone", 1)
	}
	if r.Knocked {
		set = append(set, fmt.Sprintf("knocked_at = %d, knocked_opens = %d", millis(c.s.now()), c.opens))
	}
	if err := c.change(ctx, tx, strings.Join(set, ", ")); err != nil || !r.Closed {
		return err
	}
	if err := c.s.putAside(ctx, tx, c.To); err != nil {
		return err
	}
	return c.s.tellOfStuck(ctx, tx, c.To)
}

// tellOfStuck leaves news for the ladder when alerts wait for a colleague to write
// first, whatever it was that met the closed window.
func (s *Store) tellOfStuck(ctx context.Context, tx *sql.Tx, to bot.Conversation) error {
	var n int
	err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM outbox WHERE conversation = ? AND lane = ? AND "+pending, to.String(), Alerts).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	return s.news(ctx, tx, to, AlertsStuck, "")
}

// Renew makes the lease last for another while. ErrLost: it has run out.
func (c *Claim) Renew(ctx context.Context, lease time.Duration) error {
	until := time.Now().Add(lease)
	n, err := c.s.exec(ctx, "renew claim", "UPDATE outbox_heads SET lease_until = "+c.s.dbnow()+" + ? WHERE conversation = ? AND epoch = ? AND owner = ?", lease.Milliseconds(), c.To.String(), c.epoch, c.owner)
	if err == nil && n != 1 {
		return ErrLost
	}
	if err == nil {
		c.Until = until
	}
	return err
}

// inTx runs f in a transaction of its own and tries deadlocks again, and once what
// met a row that another has just added.
func (s *Store) inTx(ctx context.Context, what string, f func(*sql.Tx) error) error {
	for try := 1; ; try++ {
		err := s.once(ctx, f)
		if again := isBusy(err) && try < 8 || isDuplicate(err) && try < 2; !again {
			return wrap(what, err)
		}
		if err := pause(ctx, time.Duration(try)*3*time.Millisecond); err != nil {
			return wrap(what, err)
		}
	}
}

// once runs f in a transaction.
func (s *Store) once(ctx context.Context, f func(*sql.Tx) error) error {
	return onOpenConnection(func() error {
		tx, err := s.sql.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := f(tx); err != nil {
			_ = tx.Rollback() // f's error says more
			return err
		}
		return tx.Commit()
	})
}

// onOpenConnection does f, and again on another connection when the one it got turned out
// to be closed: nothing has been done on that. It is seen when the transaction's first
// statement is sent.
func onOpenConnection(f func() error) (err error) {
	for range mostConnections + 1 {
		if err = f(); !errors.Is(err, driver.ErrBadConn) {
			break
		}
	}
	return err
}

// snapshot is a transaction to read in, which shows everything as it stands when it
// first looks. The caller rolls it back.
func (s *Store) snapshot(ctx context.Context) (*sql.Tx, error) {
	if s.dialect.name == "mysql" {
		return s.read.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	}
	return s.read.BeginTx(ctx, nil) // SQLite shows nothing else
}

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Unsent counts the messages that have not reached their end: queued, or
// waiting for the person to write.
func (s *Store) Unsent(ctx context.Context) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM outbox WHERE "+pending).Scan(&n)
	return n, wrap("count unsent messages", err)
}
