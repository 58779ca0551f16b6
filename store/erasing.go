package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"redthread/bot"
)

// How a client is erased: everything in one transaction, under a number, with the
// last words to the client in it. What cannot be in a transaction (the copies in
// Redis, the pictures' files, the last words' own traces) is noted in it and done
// after it (farewell.go, SweepMedia): a crash in between is made good by whoever
// comes next.

var (
	// ErrHeld says that a client's records must be kept.
	ErrHeld = errors.New("store: a legal hold is on the client")

	// errDone says that somebody else has carried an order out.
	errDone = errors.New("store: the order has been carried out")
)

// Farewell is what a chat of somebody who has been erased is told at last. It is
// called in the middle of the erasure, perhaps more than once, and must only
// compose the words.
type Farewell func(Erased, LastChat) (bot.Message, error)

// LastChat is a chat that is told.
type LastChat struct {
	Channel, Lang string
	Asked         bool // the erasure was asked for there
}

// EraseClient takes everything out that says who the client, named by Client.ID,
// is or what they said, in every chat of theirs, and keeps a record of how much
// that was, under the reason. Nobody is told. Pictures are erased from the disk
// soon after. ErrHeld: it must be kept. ErrColleague: one of the chats is a
// colleague's. ErrNotFound: no such client, or erased before.
func (s *Store) EraseClient(ctx context.Context, client int64, reason string) (Erased, error) {
	return s.erase(ctx, erasing{client: client, reason: reason, now: millis(s.now())})
}

// CarryOut erases the client of an order (OrderErasure), and leaves the last words
// for each of their chats. done is false when somebody else was quicker. A client
// who is a colleague by now is not erased; the order is dropped. ErrHeld: the
// order waits for the end of the hold.
func (s *Store) CarryOut(ctx context.Context, order int64, say Farewell) (e Erased, done bool, err error) {
	o := erasing{order: order, reason: ErasedByWish, say: say, now: millis(s.now())}
	err = s.read.QueryRowContext(ctx, "SELECT CASE k.person_id WHEN 0 THEN k.id ELSE k.person_id END, o.event_key FROM erasure_orders o JOIN clients k ON k.id = o.client_id WHERE o.id = ? AND o.state = ?", order, orderOpen).
		Scan(&o.client, &o.event)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	if err != nil {
		return e, false, wrap("read erasure order", err)
	}
	e, err = s.erase(ctx, o)
	switch {
	case errors.Is(err, errDone), errors.Is(err, ErrNotFound):
		return e, false, nil
	case errors.Is(err, ErrColleague):
		_, err = s.exec(ctx, "drop erasure order", "UPDATE erasure_orders SET state = ?, done_at = ?, client_id = 0, event_key = '' WHERE id = ?", orderDropped, o.now, order)
		return e, false, err
	}
	return e, err == nil, err
}

// erasing is one erasure under way.
type erasing struct {
	client int64
	order  int64 // 0: it gets one
	event  string
	reason string
	say    Farewell
	now    int64
	chats  []lastChat
	letter []int64
}

// lastChat is a chat of the client.
type lastChat struct {
	id                 int64
	conversation, lang string
	left               bool
}

func (s *Store) erase(ctx context.Context, e erasing) (done Erased, err error) {
	chats, err := s.chatsOf(ctx, s.read, e.client, "")
	if err != nil {
		return done, err
	}
	for _, c := range chats {
		leave, err := s.lanes.enter(ctx, c.conversation)
		if err != nil {
			return done, err
		}
		defer leave()
	}
	if e.letter, err = s.lettersOf(ctx, chats); err != nil {
		return done, err
	}
	err = s.inTx(ctx, "erase client", func(tx *sql.Tx) (err error) {
		done, err = s.eraseIn(ctx, tx, e)
		return err
	})
	if err != nil {
		return done, err
	}
	for _, c := range chats {
		_ = s.cache.forget(ctx, c.conversation) // EndErasures sees to it that it is done
	}
	s.scrub(ctx)
	select {
	case s.fetch <- struct{}{}: // so that the pictures go at once
	default:
	}
	s.Ring()
	return done, nil
}

// eraseIn erases in one transaction. The client's rows are held first, so that no
// chat can be linked or held meanwhile.
func (s *Store) eraseIn(ctx context.Context, tx *sql.Tx, e erasing) (done Erased, err error) {
	if e.chats, err = s.holdChats(ctx, tx, e.client); err != nil {
		return done, err
	}
	if done, err = s.takeOrder(ctx, tx, &e); err != nil {
		return done, err
	}
	if err := s.tellColleagues(ctx, tx, e); err != nil {
		return done, err
	}
	if err := s.tellPartners(ctx, tx, e); err != nil {
		return done, err
	}
	if err := s.endThreads(ctx, tx, e.chats); err != nil {
		return done, err
	}
	if done.stays, err = staying(ctx, tx, ids(e.chats), e.now); err != nil {
		return done, err
	}
	for _, step := range []func(context.Context, *sql.Tx, erasing) (Holdings, error){s.eraseTold, s.eraseLetters, s.eraseTables, s.eraseTurns, s.eraseNames} {
		gone, err := step(ctx, tx, e)
		if err != nil {
			return done, err
		}
		done.Gone = append(done.Gone, gone...)
	}
	if err := s.freeNumbers(ctx, tx); err != nil {
		return done, err
	}
	if err := s.noteErasures(ctx, tx, done.Gone, e.reason, e.order); err != nil {
		return done, err
	}
	if err := s.leaveLastWords(ctx, tx, e, done); err != nil {
		return done, err
	}
	return done, s.record(ctx, tx, Entry{Action: AuditErase, Client: e.client, Detail: done.Number + " " + e.reason})
}

// freeNumbers lets who waited for a number that is nobody's any more be found.
func (s *Store) freeNumbers(ctx context.Context, tx *sql.Tx) error {
	a := s.aside(ctx, tx)
	if err := a.touchContested(); err != nil {
		return err
	}
	return a.settle()
}

// querier is what both a database and a transaction can do.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// chatsOf are the client's chats. ErrNotFound: there is no such client, or none
// any more.
func (s *Store) chatsOf(ctx context.Context, q querier, client int64, lock string) ([]lastChat, error) {
	rows, err := q.QueryContext(ctx, "SELECT id, conversation, lang, left_at, held_at FROM clients WHERE (id = ? OR person_id = ?) AND erased_at = 0 ORDER BY id"+lock, client, client)
	if err != nil {
		return nil, wrap("read a client's chats", err)
	}
	defer rows.Close()
	var all []lastChat
	held := false
	for rows.Next() {
		var c lastChat
		var leftAt, heldAt int64
		if err := rows.Scan(&c.id, &c.conversation, &c.lang, &leftAt, &heldAt); err != nil {
			return nil, wrap("read a client's chats", err)
		}
		c.left, held = leftAt != 0, held || heldAt != 0
		all = append(all, c)
	}
	switch err := rows.Err(); {
	case err != nil:
		return nil, wrap("read a client's chats", err)
	case len(all) == 0:
		return nil, wrap("read a client's chats", ErrNotFound)
	case held:
		return nil, wrap("read a client's chats", ErrHeld)
	}
	return all, nil
}

func (s *Store) holdChats(ctx context.Context, tx *sql.Tx, client int64) ([]lastChat, error) {
	lock := ""
	if s.dialect.name == "mysql" {
		lock = " FOR UPDATE"
	}
	all, err := s.chatsOf(ctx, tx, client, lock)
	if err != nil {
		return nil, err
	}
	var colleagues int
	err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+everyStaffChat+" f WHERE revoked_at = 0 AND conversation IN (SELECT conversation FROM clients WHERE id IN ("+numbers(ids(all))+"))").Scan(&colleagues)
	if err == nil && colleagues > 0 {
		err = ErrColleague
	}
	return all, err
}

func ids(chats []lastChat) (all []int64) {
	for _, c := range chats {
		all = append(all, c.id)
	}
	return all
}

// eraseTold erases what colleagues were told of the client, whether it has gone
// out or not.
func (s *Store) eraseTold(ctx context.Context, tx *sql.Tx, e erasing) (Holdings, error) {
	rows, err := tx.QueryContext(ctx, "SELECT DISTINCT conversation, seq FROM outbox_about WHERE client_id IN ("+numbers(ids(e.chats))+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type message struct {
		conversation string
		seq          int64
	}
	var all []message
	for rows.Next() {
		var m message
		if err := rows.Scan(&m.conversation, &m.seq); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	var gone int64
	for _, m := range all {
		n, err := affected(tx.ExecContext(ctx, "DELETE FROM outbox WHERE conversation = ? AND seq = ?", m.conversation, m.seq))
		if err != nil {
			return nil, err
		}
		gone += n
	}
	return Holdings{{Kind: "outbox", N: gone}}, nil
}

func (s *Store) eraseLetters(ctx context.Context, tx *sql.Tx, e erasing) (Holdings, error) {
	for _, id := range e.letter {
		if _, err := tx.ExecContext(ctx, "DELETE FROM letters WHERE id = ?", id); err != nil {
			return nil, err
		}
	}
	return Holdings{{Kind: "letters", N: int64(len(e.letter))}}, nil
}

// staying counts what stays as it is.
func staying(ctx context.Context, tx *sql.Tx, clients []int64, now int64) (Holdings, error) {
	all, err := approvedOf(ctx, tx, clients)
	for _, p := range personalTables {
		if p.become != asItIs || err != nil {
			continue
		}
		e := ErasedKind{Kind: p.table}
		err = tx.QueryRowContext(ctx, p.counting(clients, now)).Scan(&e.N)
		all = append(all, e)
	}
	return all, err
}

func (s *Store) eraseTables(ctx context.Context, tx *sql.Tx, e erasing) (gone Holdings, err error) {
	for _, p := range personalTables {
		if p.become == asItIs {
			continue
		}
		n, err := affected(tx.ExecContext(ctx, p.erasing(ids(e.chats), e.now)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.table, err)
		}
		gone = append(gone, ErasedKind{Kind: p.table, N: n})
	}
	return gone, nil
}

// eraseTurns erases what was played. The platforms may deliver the newest events
// again; of these the key stays, unless the chat can be read from it, in the name
// of nobody.
func (s *Store) eraseTurns(ctx context.Context, tx *sql.Tx, e erasing) (Holdings, error) {
	var gone int64
	for _, c := range e.chats {
		_, chat, _ := strings.Cut(c.conversation, ":")
		n, err := affected(tx.ExecContext(ctx, "DELETE FROM turns WHERE conversation = ? AND (at < ? OR kind = ? OR INSTR(event_key, ?) > 0)",
			c.conversation, e.now-eventsFor.Milliseconds(), string(bot.Noticed), chat))
		if err != nil {
			return nil, err
		}
		kept, err := affected(tx.ExecContext(ctx, "UPDATE turns SET conversation = ?, kind = '', before_step = '', after_step = '', reply_seq = 0, reply_skip = 0, took = 0 WHERE conversation = ?",
			nobody(c.id), c.conversation))
		if err != nil {
			return nil, err
		}
		gone += n + kept
	}
	return Holdings{{Kind: "turns", N: gone}}, nil
}

// nobody is what a conversation is called when it is nobody's any more.
func nobody(client int64) string { return nobodyMark + strconv.FormatInt(client, 10) }

const nobodyMark = "erased:"

func (s *Store) eraseNames(ctx context.Context, tx *sql.Tx, e erasing) (Holdings, error) {
	for _, c := range e.chats {
		if _, err := tx.ExecContext(ctx, "UPDATE clients SET conversation = ?, name = NULL, lang = '', source = '', erased_at = ? WHERE id = ?", nobody(c.id), e.now, c.id); err != nil {
			return nil, err
		}
	}
	return Holdings{{Kind: "clients", N: int64(len(e.chats))}}, nil
}

// erasing is the statement that erases what the table holds of these clients.
func (p personalTable) erasing(clients []int64, now int64) string {
	if p.become == "" {
		return p.fill("DELETE FROM "+p.table+" WHERE "+p.whose, clients, now)
	}
	return p.fill("UPDATE "+p.table+" SET "+p.become+" WHERE "+p.whose, clients, now)
}

// counting is the query that counts what the table holds of these clients.
func (p personalTable) counting(clients []int64, now int64) string {
	return p.fill("SELECT COUNT(*) FROM "+p.table+" WHERE "+p.whose, clients, now)
}

func (p personalTable) fill(query string, clients []int64, now int64) string {
	all := numbers(clients)
	return strings.NewReplacer("{clients}", all, "{chats}", "SELECT conversation FROM clients WHERE id IN ("+all+")", "{now}", strconv.FormatInt(now, 10)).Replace(query)
}

// numbers writes IDs for SQL.
func numbers(ids []int64) string {
	var b []string
	for _, id := range ids {
		b = append(b, strconv.FormatInt(id, 10))
	}
	return strings.Join(b, ", ")
}

// scrub takes what was erased out of the database's own files too. SQLite
// overwrites what it deletes (secure_delete), but keeps a log of pages that are
// still to be written over; while others are reading it cannot be emptied, and
// the next EndErasures tries again. Of MySQL's logs docs/operations.md tells.
func (s *Store) scrub(ctx context.Context) {
	if s.dialect.name != "sqlite" {
		return
	}
	// A row of three: whether others were in the way, the pages of the log, and how
	// many of them were written over (SQLite, PRAGMA wal_checkpoint).
	var busy, pages, written int
	err := s.sql.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &written)
	s.unscrubbed.Store(err != nil || busy != 0)
	if err != nil {
		s.log.WarnContext(ctx, "erased data are still in SQLite's log", "error", err)
	}
}

// lettersOf are the dead letters that name one of the chats. They must be opened
// to know.
func (s *Store) lettersOf(ctx context.Context, chats []lastChat) (found []int64, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, digest, raw FROM letters")
	if err != nil {
		return nil, wrap("look through dead letters", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var digest string
		var sealed []byte
		if err := rows.Scan(&id, &digest, &sealed); err != nil {
			return nil, wrap("look through dead letters", err)
		}
		raw, err := s.box.Open(letterPlace(digest), sealed)
		if err != nil {
			continue // nobody can read it any more
		}
		for _, c := range chats {
			_, who, _ := strings.Cut(c.conversation, ":")
			if strings.Contains(string(raw), who) {
				found = append(found, id)
				break
			}
		}
	}
	return found, wrap("look through dead letters", rows.Err())
}
