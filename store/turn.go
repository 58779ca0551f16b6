package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"redthread/bot"
)

// Tx is what one turn may write. It commits with the turn or not at all. The
// transaction opens at the first use of the database; a turn that only talks
// needs none of its own. A Tx belongs to one goroutine.
type Tx struct {
	ctx      context.Context
	s        *Store
	ev       bot.Event
	now      time.Time
	start    time.Time
	seq      int64 // this turn's number in its conversation
	before   string
	ses      *bot.Session
	sql      *sql.Tx
	posts    []post
	timers   []timerChange
	sealed   []byte    // the session as it is saved
	wants    bool      // media are to be fetched
	deeds    []deed    // of records, still to be done
	subjects []subject // whom it has read
	audit    []auditRow

	touched map[int64]bool // persons whose row among the candidates is to be made anew
	fresh   bool           // records are read as they stand now, and held

	filed  *Complaint // by this turn, as it stands
	roster []Staff    // who works here, if that has been asked; it ends when the turn changes any of it

	recorded bool       // the turn's row is written
	reply    *claimed   // for the answer to the turn's callback
	claims   []*claimed // for the sender
}

// Taken says what became of an event.
type Taken struct {
	Repeated bool  // it had been handled before
	Seq      int64 // the turn's number in its conversation; 0 when repeated
	Posted   bool  // the turn left messages

	// Reply is what the answer to the event's callback should carry, if the event
	// had a ReplyBy and nobody else is sending to the conversation.
	Reply *bot.Reply
}

// ErrNotDue ends a turn of which nothing is kept: what its event stands for is due
// no more (Fire). Not even that there is such a conversation: it may have been
// erased.
var ErrNotDue = errors.New("store: it is due no more")

// errTaken says that the event, or our place in the conversation, has been
// recorded by someone else.
var errTaken = errors.New("store: turn is taken")

// Turn lets play handle ev, exactly once. Everything play writes through tx, the
// session it changes and the messages it leaves commit together. An event that
// was handled before is not handled again. If a concurrent turn of the same
// conversation, or a Redis that lags behind, gave us an old session, nothing is
// committed and play is called again with the true one; so play must not keep
// anything elsewhere. Deadlocks are tried again as well, at COMMIT too.
//
// When play fails, its error is returned as it is and nothing is kept; ErrNotDue
// is no failure. An error
// of which IsAway is true means that the database is away.
func (s *Store) Turn(ctx context.Context, ev bot.Event, play func(*Tx, *bot.Session) error) (Taken, error) {
	start, n := time.Now(), TurnNote{Channel: ev.From.Channel}
	taken, err := s.turn(ctx, ev, play, &n)
	s.tell(&n, start, taken, err)
	return taken, err
}

func (s *Store) turn(ctx context.Context, ev bot.Event, play func(*Tx, *bot.Session) error, n *TurnNote) (Taken, error) {
	leave, err := s.lanes.enter(ctx, ev.From.String())
	if err != nil {
		return Taken{}, err
	}
	defer leave()
	start, quick := time.Now(), true
	const tries = 12 // against other replicas; in this one we have the lane
	for try := range tries {
		ses, cached, err := s.session(ctx, ev.From, quick)
		if err != nil {
			return Taken{}, err
		}
		quick, n.Flow = false, stands(&ses)
		tx := &Tx{ctx: ctx, s: s, ev: ev, now: s.now().UTC(), start: start, seq: ses.Seq + 1, before: place(ses), ses: &ses}
		err = tx.run(&ses, play)
		switch {
		case err == nil:
			s.publish(ctx, tx, &ses)
			return Taken{Seq: ses.Seq, Posted: len(tx.posts) > 0, Reply: s.replyOf(tx)}, nil
		case errors.Is(err, errTaken):
			if done, err := s.Handled(ctx, ev.Key); done || err != nil {
				return Taken{Repeated: done}, err
			}
			n.Conflicts++
		case errors.Is(err, ErrNotDue):
			return Taken{Repeated: true}, nil
		case isBusy(err), isDuplicate(err) && try < 2: // another turn's row came first: play on what there is now
			n.Deadlocks++
			if err := pause(ctx, time.Duration(try+1)*3*time.Millisecond); err != nil {
				return Taken{}, err
			}
		case cached && !IsAway(err):
			// Perhaps play stumbled over an old copy: look before believing it.
			if current, e := s.isCurrent(ctx, ev.From.String(), tx.seq-1); e != nil || current {
				return Taken{}, errors.Join(err, e)
			}
		default:
			return Taken{}, err
		}
	}
	return Taken{}, fmt.Errorf("store: conversation %s is too busy: %w", ev.From, context.DeadlineExceeded)
}

// run plays and commits, or leaves nothing.
func (tx *Tx) run(ses *bot.Session, play func(*Tx, *bot.Session) error) (err error) {
	defer func() {
		if tx.sql != nil {
			_ = tx.sql.Rollback() // the error, or panic, that led here says more
		}
	}()
	ses.Seq++
	if err := play(tx, ses); err != nil {
		return err
	}
	if err := tx.settle(); err != nil {
		return err
	}
	ses.SeenAt = tx.now
	if tx.sealed, err = tx.s.box.SealJSON(sessionPlace(ses.Conversation.String()), ses); err != nil {
		return err
	}
	return wrap("commit", tx.commit())
}

// begin opens the transaction, once, with the turn's row: a repeated event ends
// here, before anything is written.
func (tx *Tx) begin() error {
	if tx.sql != nil {
		return nil
	}
	b := script{s: tx.s}
	b.add("record turn", "INSERT INTO turns (event_key, conversation, seq, kind, before_step, after_step, at, took) VALUES (?, ?, ?, ?, ?, '', ?, 0)",
		string(tx.ev.Key), tx.ev.From.String(), tx.seq, string(tx.ev.Kind), tx.before, millis(tx.now))
	b.statements = append(b.statements, tx.deeds...)
	err := tx.open(b)
	if isDuplicate(err) {
		return errTaken
	}
	tx.recorded = err == nil
	tx.deeds = nil
	return err
}

// open opens the transaction with the first statements.
func (tx *Tx) open(b script) error {
	return onOpenConnection(func() (err error) {
		if tx.sql != nil {
			_ = tx.sql.Rollback() // it never began
		}
		if tx.sql, err = tx.s.sql.BeginTx(tx.ctx, nil); err != nil {
			return wrap("begin", err)
		}
		_, err = b.run(tx.ctx, tx.sql)
		return err
	})
}

// deed is a statement on records that needs no answer: it can wait until the
// turn commits, and then go together with other turns'.
type deed struct {
	table       string
	what, query string
	args        []any
}

// do runs the statement no later than the turn commits: at once if the turn has
// its transaction already, and before anything the turn reads in one.
func (tx *Tx) do(table, what, query string, args ...any) error {
	if tx.sql != nil {
		_, err := tx.sql.ExecContext(tx.ctx, query, args...)
		return wrap(what, err)
	}
	tx.deeds = append(tx.deeds, deed{table, what, query, args})
	return nil
}

// publish tells Redis and the senders what the commit has decided. Redis may
// fail: the next turn will find the original.
func (s *Store) publish(ctx context.Context, tx *Tx, ses *bot.Session) {
	held := map[bot.Conversation]bool{}
	if tx.reply != nil {
		held[tx.ev.From] = true
	}
	ready := s.ready.Load()
	for _, c := range tx.claims {
		held[c.claim.To] = true
		if ready != nil {
			(*ready)(c.claim, c.next)
		}
	}
	free := false // somebody must come for what nobody holds
	for _, p := range tx.posts {
		if !held[p.to] {
			s.miss(p.to)
			free = true
		}
	}
	_ = s.cache.putSession(context.WithoutCancel(ctx), ses.Conversation.String(), ses.Seq, tx.sealed, free)
	if tx.wants {
		select {
		case s.fetch <- struct{}{}:
		default:
		}
	}
	if free {
		s.Ring()
	}
}

// OnReady gives send every claim that a commit of this process takes along: the
// messages were said to a conversation to which nobody was sending. send must
// return at once. Without it they wait to be found by Due.
func (s *Store) OnReady(send func(*Claim, []Outgoing)) {
	if send == nil {
		s.ready.Store(nil)
		return
	}
	s.ready.Store(&send)
}

// place is where a session stands, for the turn log.
func place(s bot.Session) string {
	at := s.Open.Flow
	if s.Open.Step != "" {
		at += "/" + s.Open.Step
	}
	if s.Asking != "" {
		at += "?" + s.Asking
	}
	if s.Human {
		at += "!human"
	}
	return ascii(at, 96)
}

// exec runs a statement of the turn.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	if err := tx.begin(); err != nil {
		return 0, err
	}
	r, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// add runs an insert of one row and gives its number; 0: it was there already.
func (tx *Tx) add(query string, args ...any) (int64, error) {
	if err := tx.begin(); err != nil {
		return 0, err
	}
	r, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); n == 0 || err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// records is the ORM over the turn's transaction, for the agency's papers.
func (tx *Tx) records() (*gorm.DB, error) {
	if err := tx.begin(); err != nil {
		return nil, err
	}
	db := tx.s.orm.Session(&gorm.Session{NewDB: true, Context: tx.ctx, SkipDefaultTransaction: true})
	db.Statement.ConnPool = tx.sql
	if tx.fresh {
		db = db.Clauses(forUpdate)
	}
	return db, nil
}

// look is the ORM for reading: in the turn's transaction once there is one,
// before that on what others have committed, so that a turn that only reads
// needs none. What the turn itself has still to do to one of the tables, or to any
// when none is named, is done first.
func (tx *Tx) look(tables ...string) (*gorm.DB, error) {
	if tx.sql != nil || slices.ContainsFunc(tx.deeds, func(d deed) bool { return len(tables) == 0 || slices.Contains(tables, d.table) }) {
		return tx.records()
	}
	db := tx.s.orm.Session(&gorm.Session{NewDB: true, Context: tx.ctx, SkipDefaultTransaction: true})
	db.Statement.ConnPool = tx.s.read
	return db, nil
}

// Now is the time of the turn: the same for everything it writes.
func (tx *Tx) Now() time.Time { return tx.now }

// Handled reports whether the event has been handled.
func (s *Store) Handled(ctx context.Context, key bot.EventKey) (bool, error) {
	var n int
	err := s.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM turns WHERE event_key = ?", string(key)).Scan(&n)
	return n > 0, wrap("look for turn", err)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
