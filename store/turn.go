package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"redthread/bot"
)

// Tx is what one turn may write. It commits with the turn or not at all. The
// transaction opens at the first use of the database, so that a turn that only
// talks holds it for the commit alone. A Tx belongs to one goroutine.
type Tx struct {
	ctx    context.Context
	s      *Store
	ev     bot.Event
	now    time.Time
	start  time.Time
	seq    int64 // this turn's number in its conversation
	before string
	sql    *sql.Tx
	posts  []post
	timers []timerChange
	sealed []byte // the session as it was saved
	wants  bool   // media are to be fetched
}

// Taken says what became of an event.
type Taken struct {
	Repeated bool  // it had been handled before
	Seq      int64 // the turn's number in its conversation; 0 when repeated
	Posted   bool  // the turn left messages
}

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
// When play fails, its error is returned as it is and nothing is kept. An error
// of which IsAway is true means that the database is away.
func (s *Store) Turn(ctx context.Context, ev bot.Event, play func(*Tx, *bot.Session) error) (Taken, error) {
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
		quick = false
		tx := &Tx{ctx: ctx, s: s, ev: ev, now: s.now().UTC(), start: start, seq: ses.Seq + 1, before: place(ses)}
		err = tx.run(&ses, play)
		switch {
		case err == nil:
			s.publish(ctx, tx, &ses)
			return Taken{Seq: ses.Seq, Posted: len(tx.posts) > 0}, nil
		case errors.Is(err, errTaken):
			if done, err := s.Handled(ctx, ev.Key); done || err != nil {
				return Taken{Repeated: done}, err
			}
		case isBusy(err):
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
	ses.SeenAt = tx.now
	for _, step := range []func() error{
		func() error { return tx.finishTurn(ses) },
		func() error { return tx.saveSession(ses) },
		tx.savePosts,
		tx.saveTimers,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	err = tx.sql.Commit()
	tx.sql = nil
	return wrap("commit", err)
}

// begin opens the transaction, once, with the turn's row: a repeated event ends
// here, before anything is written.
func (tx *Tx) begin() error {
	if tx.sql != nil {
		return nil
	}
	return tx.open("", 0)
}

func (tx *Tx) open(after string, took int64) (err error) {
	if tx.sql, err = tx.s.sql.BeginTx(tx.ctx, nil); err != nil {
		return wrap("begin", err)
	}
	_, err = tx.sql.ExecContext(tx.ctx, "INSERT INTO turns (event_key, conversation, seq, kind, before_step, after_step, at, took) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		string(tx.ev.Key), tx.ev.From.String(), tx.seq, string(tx.ev.Kind), tx.before, after, millis(tx.now), took)
	if isDuplicate(err) {
		return errTaken
	}
	return wrap("record turn", err)
}

// finishTurn completes the turn's row, or writes it whole where nothing had to
// be written before.
func (tx *Tx) finishTurn(ses *bot.Session) error {
	after, took := place(*ses), time.Since(tx.start).Milliseconds()
	if tx.sql == nil {
		return tx.open(after, took)
	}
	_, err := tx.exec("UPDATE turns SET after_step = ?, took = ? WHERE event_key = ?", after, took, string(tx.ev.Key))
	return wrap("record turn's end", err)
}

// publish tells Redis what the commit has decided. It may fail: the next turn
// will find the original.
func (s *Store) publish(ctx context.Context, tx *Tx, ses *bot.Session) {
	ctx = context.WithoutCancel(ctx)
	_ = s.cache.putSession(ctx, ses.Conversation.String(), ses.Seq, tx.sealed, len(tx.posts) > 0)
	if tx.wants {
		select {
		case s.fetch <- struct{}{}:
		default:
		}
	}
	if len(tx.posts) > 0 && tx.ev.ReplyBy.IsZero() {
		s.Ring()
	}
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

// insert runs an insert of the turn and returns the new row's number.
func (tx *Tx) insert(query string, args ...any) (int64, error) {
	if err := tx.begin(); err != nil {
		return 0, err
	}
	r, err := tx.sql.ExecContext(tx.ctx, query, args...)
	if err != nil {
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
