package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Each erasure of a client has a number, "E-000001", and a record: when it was
// asked for and by whom, when it was done, and how much of what went. Whose it was
// is in it only until it is done.

// By whom a client's erasure was wished.
const (
	ErasedByWish     = "wish"    // the client's own
	erasedForSilence = "silence" // the house's: nothing was heard of them for so long
	erasedForLeaving = "left"    // they have left us in every chat
)

// The states of an order.
const (
	orderOpen    = "ordered"
	orderDone    = "done"
	orderDropped = "dropped" // the client has taken it back
)

// ErasureOrder is a client's wish to be erased that is still to be carried out.
type ErasureOrder struct {
	ID       int64
	Question string // the number of the question that stands for it while it cannot be; empty: none
	AskedAt  time.Time
}

// Number is what everybody calls it: "E-000001".
func (o ErasureOrder) Number() string { return number("E", o.ID) }

type orderRow struct {
	ID         int64
	ClientID   int64 // 0 once it is done
	Reason     string
	Channel    string // where it was asked for; empty: nowhere
	State      string
	QuestionID int64
	EventKey   string
	AskedAt    int64
	DoneAt     int64
}

func (orderRow) TableName() string { return "erasure_orders" }

func (r orderRow) order() ErasureOrder {
	o := ErasureOrder{ID: r.ID, AskedAt: fromMillis(r.AskedAt)}
	if r.QuestionID != 0 {
		o.Question = number("Q", r.QuestionID)
	}
	return o
}

// OrderErasure has everything of the turn's own client erased, in all their chats,
// as soon as the turn has committed and what it says has gone out; first is false
// when that was ordered before. While a legal hold is on the client it waits.
func (tx *Tx) OrderErasure() (o ErasureOrder, first bool, err error) {
	me, err := tx.Self("")
	if err != nil {
		return o, false, err
	}
	if err := tx.hold("hold client", &clientRow{}, "id = ?", me.ID); err != nil {
		return o, false, err
	}
	if o, err = tx.MyErasure(); !errors.Is(err, ErrNotFound) {
		return o, false, err
	}
	row := orderRow{ClientID: me.ID, Reason: ErasedByWish, Channel: tx.ev.From.Channel, State: orderOpen, EventKey: string(tx.ev.Key), AskedAt: millis(tx.now)}
	db, err := tx.records()
	if err != nil {
		return o, false, err
	}
	if err := db.Create(&row).Error; err != nil {
		return o, false, wrap("order an erasure", err)
	}
	return row.order(), true, nil
}

// MyErasure is the order of the turn's own client that is still to be carried out.
// ErrNotFound: there is none.
func (tx *Tx) MyErasure() (o ErasureOrder, err error) {
	me, err := tx.clientRow(tx.ev.From)
	if err != nil {
		return o, err
	}
	db, err := tx.look()
	if err != nil {
		return o, err
	}
	var row orderRow
	err = db.Where(ofPerson+" AND state = ?", me.person(), me.person(), orderOpen).Order("id").Take(&row).Error
	return row.order(), taken("read erasure order", err)
}

// AwaitAnswer notes which question stands for an order while it cannot be carried
// out.
func (tx *Tx) AwaitAnswer(o ErasureOrder, question string) error {
	q, err := id("Q", question)
	if err != nil {
		return err
	}
	return tx.update("note an order's question", &orderRow{}, o.ID, map[string]any{"question_id": q})
}

// DropErasure takes an order back. dropped is false when it has been carried out.
func (tx *Tx) DropErasure(o ErasureOrder) (dropped bool, err error) {
	n, err := tx.exec("UPDATE erasure_orders SET state = ?, done_at = ?, client_id = 0, event_key = '' WHERE id = ? AND state = ?", orderDropped, millis(tx.now), o.ID, orderOpen)
	return n == 1, wrap("drop erasure order", err)
}

// Holdings counts what there is of the turn's own client, by table.
func (tx *Tx) Holdings() (Holdings, error) {
	me, err := tx.Self("")
	if err != nil {
		return nil, err
	}
	chats, err := tx.Chats(me.ID)
	if err != nil {
		return nil, err
	}
	var clients []int64
	for _, c := range chats {
		clients = append(clients, c.Chat)
	}
	if err := tx.begin(); err != nil {
		return nil, err
	}
	all, err := approvedOf(tx.ctx, tx.sql, clients)
	if err != nil {
		return nil, err
	}
	all = append(all, ErasedKind{Kind: "clients", N: int64(len(clients))})
	for _, p := range personalTables {
		var n int
		if err := tx.count(&n, p.counting(clients, millis(tx.now))); err != nil {
			return nil, err
		}
		all = append(all, ErasedKind{Kind: p.table, N: int64(n)})
	}
	return all, nil
}

// ErasuresDue lists the orders that can be carried out, at most n. An order waits
// until what the client was told when they gave it has gone out; but not for long.
func (s *Store) ErasuresDue(ctx context.Context, n int) (orders []int64, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT o.id FROM erasure_orders o WHERE o.state = ?"+
		" AND NOT EXISTS (SELECT 1 FROM clients h WHERE (h.id = o.client_id OR h.person_id = o.client_id) AND h.held_at > 0)"+
		" AND (o.asked_at <= ? OR NOT EXISTS (SELECT 1 FROM outbox x WHERE x.event_key = o.event_key AND x."+pending+")) ORDER BY o.id LIMIT ?",
		orderOpen, millis(s.now().Add(-replyLease)), n)
	if err != nil {
		return nil, wrap("look for erasure orders", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, wrap("look for erasure orders", err)
		}
		orders = append(orders, id)
	}
	return orders, wrap("look for erasure orders", rows.Err())
}

// takeOrder gives the erasure its number: that of the order, or a new one. What
// else was ordered of the same client is done with it.
func (s *Store) takeOrder(ctx context.Context, tx *sql.Tx, e *erasing) (done Erased, err error) {
	all := numbers(ids(e.chats))
	if e.order == 0 {
		err = tx.QueryRowContext(ctx, "SELECT id FROM erasure_orders WHERE state = ? AND client_id IN ("+all+") ORDER BY id LIMIT 1", orderOpen).Scan(&e.order)
		if errors.Is(err, sql.ErrNoRows) {
			e.order, err = s.newOrder(ctx, tx, *e)
		}
		if err != nil {
			return done, err
		}
	}
	n, err := affected(tx.ExecContext(ctx, "UPDATE erasure_orders SET state = ?, done_at = ?, client_id = 0, event_key = '' WHERE state = ? AND (id = ? OR client_id IN ("+all+"))", orderDone, e.now, orderOpen, e.order))
	if err == nil && n == 0 {
		err = errDone
	}
	if err != nil {
		return done, err
	}
	done, err = s.orderIn(ctx, tx, e.order)
	done.Client = number("K", e.client)
	return done, err
}

func (s *Store) newOrder(ctx context.Context, tx *sql.Tx, e erasing) (int64, error) {
	r, err := tx.ExecContext(ctx, "INSERT INTO erasure_orders (client_id, reason, channel, state, event_key, asked_at) VALUES (?, ?, '', ?, '', ?)", e.client, e.reason, orderOpen, e.now)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// Erased is the record of a client's erasure. It tells how much went, and not
// whose it was.
type Erased struct {
	Number  string // "E-000001"
	Reason  string // ErasedByWish, "silence", "left"
	Channel string // on which the client asked for it; empty: nobody asked
	AskedAt time.Time
	At      time.Time // zero: not yet
	Dropped bool      // the client has taken it back
	Gone    Holdings

	stays Holdings // what is the agency's own by now

	// Client is the number that now stands for nobody; known only while it is
	// erased.
	Client string
}

// Remains is what stays, and names nobody any more.
func (e Erased) Remains(k Keep) []Remain { return slices.Concat(e.Gone, e.stays).Remains(k) }

// approvedOf counts the answers to questions of the clients that were approved for
// everybody.
func approvedOf(ctx context.Context, q querier, clients []int64) (Holdings, error) {
	rows, err := q.QueryContext(ctx, "SELECT id FROM questions WHERE client_id IN ("+numbers(clients)+")")
	if err != nil {
		return nil, wrap("look for approved answers", err)
	}
	defer rows.Close()
	refs := []string{"''"}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, wrap("look for approved answers", err)
		}
		refs = append(refs, "'"+number("Q", id)+"'")
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, wrap("look for approved answers", err)
	}
	var n int64
	err = q.QueryRowContext(ctx, "SELECT COUNT(*) FROM promoted_answers WHERE ref IN ("+strings.Join(refs, ", ")+")").Scan(&n)
	return Holdings{{Kind: "promoted_answers", N: n}}, wrap("look for approved answers", err)
}

func (s *Store) orderIn(ctx context.Context, q querier, order int64) (e Erased, err error) {
	var asked, done int64
	var state string
	err = q.QueryRowContext(ctx, "SELECT reason, channel, state, asked_at, done_at FROM erasure_orders WHERE id = ?", order).Scan(&e.Reason, &e.Channel, &state, &asked, &done)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	e.Number, e.AskedAt, e.At, e.Dropped = number("E", order), fromMillis(asked), fromMillis(done), state == orderDropped
	return e, err
}

// ErasureRecord reads the record of that number, "E-000001". ErrNotFound: there is
// none.
func (s *Store) ErasureRecord(ctx context.Context, ref string) (e Erased, err error) {
	order, err := id("E", ref)
	if err != nil {
		return e, err
	}
	if e, err = s.orderIn(ctx, s.read, order); err != nil {
		return e, fmt.Errorf("store: erasure %s: %w", ref, err)
	}
	rows, err := s.read.QueryContext(ctx, "SELECT kind, n FROM erasures WHERE order_id = ? ORDER BY id", order)
	if err != nil {
		return e, wrap("read erasure", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k ErasedKind
		if err := rows.Scan(&k.Kind, &k.N); err != nil {
			return e, wrap("read erasure", err)
		}
		e.Gone = append(e.Gone, k)
	}
	return e, wrap("read erasure", rows.Err())
}

// noteErasures keeps how much went. order is 0 for what went by its age.
func (s *Store) noteErasures(ctx context.Context, tx *sql.Tx, gone Holdings, reason string, order int64) error {
	for _, g := range gone {
		if g.N == 0 {
			continue
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO erasures (kind, reason, n, oldest_at, at, order_id) VALUES (?, ?, ?, ?, ?, ?)", g.Kind, reason, g.N, millis(g.Oldest), millis(s.now()), order)
		if err != nil {
			return err
		}
	}
	return nil
}

// Erasure is the record that something of one kind was erased. It tells how much,
// not whose.
type Erasure struct {
	ErasedKind
	Reason string
	At     time.Time
}

// Erasures lists the newest records, at most n.
func (s *Store) Erasures(ctx context.Context, n int) ([]Erasure, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT kind, reason, n, oldest_at, at FROM erasures ORDER BY id DESC LIMIT ?", n)
	if err != nil {
		return nil, wrap("list erasures", err)
	}
	defer rows.Close()
	var all []Erasure
	for rows.Next() {
		var e Erasure
		var oldest, at int64
		if err := rows.Scan(&e.Kind, &e.Reason, &e.N, &oldest, &at); err != nil {
			return nil, wrap("list erasures", err)
		}
		e.Oldest, e.At = fromMillis(oldest), fromMillis(at)
		all = append(all, e)
	}
	return all, wrap("list erasures", rows.Err())
}
