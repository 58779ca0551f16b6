package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A client as a whole goes when we have not heard from them for so long, or some
// time after they have left us in every chat of theirs.

// The news of a client's parting. Their ref begins with the client's number.
const (
	// NewsClientLeft tells a colleague that a client who had registered has left
	// us: their records will be erased.
	NewsClientLeft = "client.left"

	// NewsClientErased: they have been, because the client did not come back.
	NewsClientErased = "client.erased"

	// NewsErasedByWish: they have been, because the client wished it. The number
	// of the record follows in the ref.
	NewsErasedByWish = "client.erased_by_wish"

	// NewsForget comes to each colleague who need not be told: what they have half
	// done about the client is to be dropped.
	NewsForget = "client.forget"
)

// partingKind is a way in which clients come to their last day.
type partingKind struct {
	kind  string // the reason in the record
	keep  func(Keep) time.Duration
	since string // when it began, over the chats h of a person and their sessions v
}

// A chat's last sign of life is its last turn; of that the session tells, until
// it has gone itself.
var parting = []partingKind{
	{
		kind: erasedForLeaving, keep: func(k Keep) time.Duration { return k.Left },
		since: "CASE WHEN MIN(h.left_at) = 0 THEN {never} ELSE MAX(h.left_at) END",
	},
	{
		kind: erasedForSilence, keep: func(k Keep) time.Duration { return k.Profiles },
		since: "MAX(CASE WHEN v.updated_at > h.arrived_at THEN v.updated_at ELSE h.arrived_at END)",
	},
}

// lastDay is a client and when what leads to their erasure began.
type lastDay struct{ client, at int64 }

// due lists the clients whose last day has come, the oldest first. Who has a
// complaint or a question open is not among them, nor who is a colleague.
func (s *Store) due(ctx context.Context, p partingKind, k Keep, most int64) ([]lastDay, error) {
	const (
		persons = "SELECT CASE h.person_id WHEN 0 THEN h.id ELSE h.person_id END AS person, {since} AS since" +
			" FROM clients h LEFT JOIN sessions v ON v.conversation = h.conversation WHERE h.erased_at = 0 GROUP BY person HAVING MAX(h.held_at) = 0"
		chats = "(SELECT h.id FROM clients h WHERE h.id = due.person OR h.person_id = due.person)"
		free  = " AND NOT EXISTS (SELECT 1 FROM complaints p WHERE p.closed_at = 0 AND p.client_id IN " + chats + ")" +
			" AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.answered_at = 0 AND q.client_id IN " + chats + ")" +
			" AND NOT EXISTS (SELECT 1 FROM " + everyStaffChat + " f JOIN clients h ON h.conversation = f.conversation WHERE f.revoked_at = 0 AND (h.id = due.person OR h.person_id = due.person))"
	)
	query := "SELECT person, since FROM (" + persons + ") due WHERE since <= ?" + free + " ORDER BY since, person LIMIT ?"
	query = strings.ReplaceAll(strings.Replace(query, "{since}", p.since, 1), "{never}", strconv.FormatInt(far, 10))
	rows, err := s.read.QueryContext(ctx, query, s.cutoff(p.keep(k)), most)
	if err != nil {
		return nil, wrap("look for clients whose last day has come", err)
	}
	defer rows.Close()
	var all []lastDay
	for rows.Next() {
		var d lastDay
		if err := rows.Scan(&d.client, &d.at); err != nil {
			return nil, wrap("look for clients whose last day has come", err)
		}
		all = append(all, d)
	}
	return all, wrap("look for clients whose last day has come", rows.Err())
}

// retainClients erases the clients whose last day has come, so many a day.
func (s *Store) retainClients(ctx context.Context, p partingKind, k Keep) (gone ErasedKind, err error) {
	gone.Kind = p.kind
	all, err := s.due(ctx, p, k, retainBatch)
	if err != nil {
		return gone, err
	}
	for _, d := range all {
		_, err := s.EraseClient(ctx, d.client, p.kind)
		if errors.Is(err, ErrHeld) || errors.Is(err, ErrColleague) || errors.Is(err, ErrNotFound) {
			continue // since we looked
		}
		if err != nil {
			return gone, err
		}
		if gone.N == 0 {
			gone.Oldest = fromMillis(d.at)
		}
		gone.N++
	}
	return gone, nil
}

// tellColleagues leaves news of an erasure for every colleague, in its own
// transaction: those whom it concerns hear of it, the others only forget. It
// concerns whoever has a case of the client in hand, the client's matchmaker, and,
// of clients who were more than visitors, supervisors, or where there are none
// everybody; of a client who fell silent nobody hears.
func (s *Store) tellColleagues(ctx context.Context, tx *sql.Tx, e erasing) error {
	all := numbers(ids(e.chats))
	news, ref := NewsErasedByWish, number("K", e.client)+" "+number("E", e.order)
	const (
		agreed = "EXISTS (SELECT 1 FROM consents WHERE client_id IN ({clients}))"
		busy   = "EXISTS (SELECT 1 FROM complaints WHERE client_id IN ({clients})) OR EXISTS (SELECT 1 FROM questions WHERE client_id IN ({clients}))"
		above  = "role IN ('" + string(RoleSupervisor) + "', '" + string(RoleOwner) + "')"
		bosses = "(" + above + " OR NOT EXISTS (SELECT 1 FROM staff b WHERE b.revoked_at = 0 AND b." + above + "))"
		owners = "id IN (SELECT owner_id FROM complaints WHERE closed_at = 0 AND client_id IN ({clients}) UNION SELECT owner_id FROM questions WHERE answered_at = 0 AND client_id IN ({clients})" +
			" UNION SELECT staff_id FROM handoffs WHERE closed_at = 0 AND client_id IN ({clients}) UNION SELECT owner_id FROM clients WHERE id IN ({clients}))"
	)
	concerns := "(" + owners + " OR " + bosses + " AND (" + agreed + " OR " + busy + "))"
	switch e.reason {
	case erasedForLeaving:
		news, ref = NewsClientErased, number("K", e.client)
		concerns = "(" + bosses + " AND " + agreed + ")"
	case erasedForSilence:
		concerns = "1 = 0"
	}
	concerns = strings.ReplaceAll(concerns, "{clients}", all)
	for _, n := range []struct{ news, ref, chats, whom string }{
		{news, ref, "staff", concerns},
		{NewsForget, number("K", e.client), "staff", "NOT (" + concerns + ")"},
		{NewsForget, number("K", e.client), otherStaffChats, "1 = 1"}, // who hears of it in one chat forgets in the other
	} {
		_, err := tx.ExecContext(ctx, "INSERT INTO timers (conversation, name, ref, due_at) SELECT conversation, ?, ?, ? FROM "+n.chats+" f WHERE revoked_at = 0 AND "+n.whom+
			" AND NOT EXISTS (SELECT 1 FROM timers x WHERE x.conversation = f.conversation AND x.name = ? AND x.ref = ?)",
			n.news, n.ref, e.now, n.news, n.ref)
		if err != nil {
			return err
		}
	}
	return nil
}

// NewsIntroGone is the timer that tells a client that an introduction has ended, of
// which nothing is left: the other one was erased. Its ref is the number.
const NewsIntroGone = "intro_gone"

// NewsDateGone is the timer that tells a client, and the matchmaker, that a date which was
// still to come is off: the other one was erased, and the date with them. What its ref
// means GoneDate reads.
const NewsDateGone = "date_gone"

// GoneDate is a date of which nothing else is left.
type GoneDate struct {
	Number string
	At     time.Time // in the place's zone; zero: it had no time yet
}

// ReadGoneDate reads the ref of NewsDateGone.
func ReadGoneDate(ref string) (d GoneDate) {
	d.Number, ref, _ = strings.Cut(ref, " ")
	at, zone, ok := strings.Cut(ref, " ")
	ms, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return d
	}
	d.At = fromMillis(ms)
	if there, err := time.LoadLocation(zone); err == nil && !d.At.IsZero() {
		d.At = d.At.In(there)
	}
	return d
}

// partner is somebody whom it concerns that a client is erased, and of what.
type partner struct {
	conversation, zone string
	id, at             int64
}

// tellPartners leaves word for everybody who has heard of an open introduction to a
// client who is erased, or has a date with them that is still to come, and for the
// matchmaker who arranged it.
func (s *Store) tellPartners(ctx context.Context, tx *sql.Tx, e erasing) error {
	all := numbers(ids(e.chats))
	const (
		here = " AND k.erased_at = 0"
		live = " AND d.state IN ('" + string(DateAsked) + "', '" + string(DateFixed) + "', '" + string(DateSet) + "', '" + string(DateStuck) + "')"
	)
	for _, side := range []struct{ partner, erased, heard string }{
		{"client_id", "other_id", "asked_at > 0"}, {"other_id", "client_id", "a_consent > 0"},
	} {
		found, err := partners(ctx, tx, "SELECT k.conversation, '', i.id, 0 FROM introductions i JOIN clients k ON k.id = i."+side.partner+
			" WHERE i."+side.erased+" IN ("+all+") AND i."+side.heard+" AND i.state IN ('"+string(IntroAskedA)+"', '"+string(IntroAskedB)+"')"+here)
		for _, p := range found {
			err = errors.Join(err, s.leaveNews(ctx, tx, p, NewsIntroGone, number("Y", p.id), e.now))
		}
		if err != nil {
			return err
		}
	}
	for _, who := range []string{
		"JOIN clients k ON k.id = d.a_id WHERE d.b_id IN (" + all + ")" + here,
		"JOIN clients k ON k.id = d.b_id WHERE d.a_id IN (" + all + ")" + here,
		"JOIN staff k ON k.id = d.staff_id WHERE (d.a_id IN (" + all + ") OR d.b_id IN (" + all + ")) AND k.revoked_at = 0",
	} {
		found, err := partners(ctx, tx, "SELECT k.conversation, d.zone, d.id, d.at FROM dates d "+who+live)
		for _, p := range found {
			_, err2 := tx.ExecContext(ctx, "DELETE FROM timers WHERE conversation = ? AND ref = ?", p.conversation, number("M", p.id)) // what was still to come of it
			err = errors.Join(err, err2, s.leaveNews(ctx, tx, p, NewsDateGone, fmt.Sprintf("%s %d %s", number("M", p.id), p.at, p.zone), e.now))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) leaveNews(ctx context.Context, tx *sql.Tx, p partner, news, ref string, now int64) error {
	_, err := tx.ExecContext(ctx, s.timerUpsert(1), p.conversation, news, ref, now)
	return err
}

func partners(ctx context.Context, tx *sql.Tx, query string) (all []partner, err error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p partner
		if err := rows.Scan(&p.conversation, &p.zone, &p.id, &p.at); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// partNews has supervisors told that a client has left us, if there is anything
// to be erased.
func (tx *Tx) partNews(row clientRow) error {
	notice, err := tx.Consent(row.person(), ConsentNotice)
	if err != nil || notice.Answer == "" {
		return err
	}
	bosses, err := tx.StaffOf(RoleSupervisor, RoleOwner)
	for _, b := range bosses {
		tx.LaterFor(b.Conversation, NewsClientLeft, number("K", row.person()), tx.now)
	}
	return err
}
