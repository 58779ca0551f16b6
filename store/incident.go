package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// When data have leaked, the agency must say at once whom it concerns and what kinds of
// data (PIPL 57). The audit log knows who was shown what; the tables know with whom a
// colleague talked and whose papers they had in hand, which needed no look.

// IncidentScope says what is known of a leak. From and To bound it in time.
type IncidentScope struct {
	From, To time.Time
	Staff    int64  // by this colleague; 0: by anybody
	Client   string // only this client, "K-000012"; empty: all
	Database bool   // a copy of the database, and the keyset, are in others' hands: everything of everybody
}

// The kinds of data that can leak, by what an incident calls them.
const (
	LeakIdentity   = "identity"      // name, employer, telephone number
	LeakProfile    = "profile"       // age, city, family, education, income …
	LeakPhotos     = "photos"        // of the profile
	LeakPapers     = "papers"        // which papers were verified
	LeakTalks      = "talks"         // what was said to colleagues
	LeakFeedback   = "feedback"      // what they said after a date
	LeakSafety     = "safety"        // that they called for help at a date, and how it ended
	LeakDates      = "dates"         // where and when they met somebody, or will
	LeakIntros     = "introductions" // to whom they were introduced, what was said of it, the contact that they gave
	LeakComplaints = "complaints"    // what they complain of, with its evidence
	LeakQuestions  = "questions"     // what they asked, and the answer
	LeakStanding   = "standing"      // that they are a client, and how far they have come
)

// LeakKinds lists all of them, the gravest first.
var LeakKinds = []string{LeakIdentity, LeakProfile, LeakPhotos, LeakTalks, LeakFeedback, LeakSafety, LeakDates, LeakIntros, LeakComplaints, LeakPapers, LeakQuestions, LeakStanding}

// leaksBy says what is known after an entry of the audit log.
var leaksBy = map[string][]string{
	auditRead + RevealPhotos:       {LeakPhotos},
	auditRead + RevealProfile:      {LeakProfile},
	auditRead + RevealContact:      {LeakIdentity},
	auditRead + RevealConfirmed:    {LeakIdentity},
	auditRead + RevealByPhone:      {LeakStanding},
	auditRead + RevealLedger:       {LeakPapers},
	auditRead + RevealTalk:         {LeakTalks},
	auditRead + RevealMatch:        {LeakProfile},
	auditRead + RevealCard:         {LeakStanding, LeakPapers},
	auditRead + RevealComplaint:    {LeakComplaints},
	auditRead + RevealQuestion:     {LeakQuestions},
	auditRead + RevealIntroduction: {LeakIntros},
	auditRead + RevealDate:         {LeakDates},
	auditRead + RevealFeedback:     {LeakFeedback},
	auditRead + "candidate":        {LeakProfile},
	auditRead + "passed":           {LeakIdentity},
	AuditCopy:                      LeakKinds,
	AuditFetch:                     LeakKinds,
}

// leakOf is what is known after an entry; a look that is not in the list counts as one
// at the profile.
func leakOf(action string) []string {
	kinds, known := leaksBy[action]
	if !known && strings.HasPrefix(action, auditRead) {
		return []string{LeakProfile}
	}
	return kinds
}

// datesInHand and introsInHand find what a colleague arranged, or was asked to agree to,
// that was open between {from} and {to}.
const (
	datesInHand  = "staff_id > 0 AND ({staff} = 0 OR staff_id = {staff}) AND proposed_at < {to} AND (closed_at = 0 OR closed_at >= {from})"
	introsInHand = "staff_id > 0 AND ({staff} = 0 OR staff_id = {staff} OR agreed_by = {staff}) AND made_at < {to} AND (" + introOpen + " OR state = '" + string(IntroBothYes) + "' OR changed_at >= {from})"
)

// both finds the two clients whom a row of a table is about.
func both(table, one, other, since, where string) string {
	return "SELECT " + one + ", " + since + " FROM " + table + " WHERE " + where + " UNION ALL SELECT " + other + ", " + since + " FROM " + table + " WHERE " + where
}

// leakTables find the clients of whom a table holds something of a kind, at {to}: by the
// colleague {staff} who had it in hand between {from} and {to}, or of anybody.
var leakTables = []struct{ kind, inHand, all string }{
	{LeakIdentity, "", "SELECT client_id, claimed_at FROM phones WHERE claimed_at < {to}"},
	{LeakProfile, "", "SELECT client_id, begun_at FROM profiles WHERE begun_at < {to}"},
	{LeakPhotos, "", "SELECT client_id, added_at FROM photos WHERE added_at < {to}"},
	{LeakPapers, "", "SELECT client_id, at FROM verifications WHERE at < {to}"},
	{
		LeakTalks, "SELECT client_id, taken_at FROM handoffs WHERE staff_id > 0 AND ({staff} = 0 OR staff_id = {staff}) AND taken_at < {to} AND (closed_at = 0 OR closed_at >= {from})",
		"SELECT client_id, opened_at FROM handoffs WHERE opened_at < {to}",
	},
	{
		LeakFeedback, "SELECT f.client_id, f.at FROM date_feedback f JOIN dates d ON d.id = f.date_id WHERE d.staff_id > 0 AND ({staff} = 0 OR d.staff_id = {staff}) AND f.at < {to} AND (d.closed_at = 0 OR d.closed_at >= {from})",
		"SELECT client_id, at FROM date_feedback WHERE at < {to}",
	},
	{
		LeakSafety, "SELECT client_id, taken_at FROM sos_calls WHERE staff_id > 0 AND ({staff} = 0 OR staff_id = {staff}) AND taken_at < {to} AND (closed_at = 0 OR closed_at >= {from})",
		"SELECT client_id, opened_at FROM sos_calls WHERE opened_at < {to}",
	},
	{LeakDates, both("dates", "a_id", "b_id", "proposed_at", datesInHand), both("dates", "a_id", "b_id", "proposed_at", "proposed_at < {to}")},
	{LeakIntros, both("introductions", "client_id", "other_id", "made_at", introsInHand), both("introductions", "client_id", "other_id", "made_at", "made_at < {to}")},
	{
		LeakComplaints, "SELECT client_id, filed_at FROM complaints WHERE owner_id > 0 AND ({staff} = 0 OR owner_id = {staff}) AND filed_at < {to} AND (closed_at = 0 OR closed_at >= {from})",
		"SELECT client_id, filed_at FROM complaints WHERE filed_at < {to}",
	},
	{
		LeakQuestions, "SELECT client_id, asked_at FROM questions WHERE owner_id > 0 AND ({staff} = 0 OR owner_id = {staff}) AND asked_at < {to} AND (answered_at = 0 OR answered_at >= {from})",
		"SELECT client_id, asked_at FROM questions WHERE asked_at < {to}",
	},
	{LeakStanding, "", "SELECT id, arrived_at FROM clients WHERE arrived_at < {to}"},
}

// Affected is a client whom a leak concerns.
type Affected struct {
	Client      Client   // the person; ErasedAt is set where they are nobody any more
	Kinds       []string // of LeakKinds, in their order
	First, Last time.Time
	By          []string // who saw it: "S-000003", "operator:NAME"
}

// Incident lists whom a leak concerns, the oldest client first. Nothing of it is a
// client's own data.
func (s *Store) Incident(ctx context.Context, scope IncidentScope) ([]Affected, error) {
	txn, err := s.snapshot(ctx)
	if err != nil {
		return nil, wrap("look into an incident", err)
	}
	defer func() { _ = txn.Rollback() }() // it was read only
	i := &incident{tx: &Tx{ctx: ctx, s: s, now: s.now().UTC(), sql: txn}, scope: scope, found: map[int64]*Affected{}, people: map[int64]int64{}}
	for _, part := range []func() error{i.fromLog, i.fromTables} {
		if err := part(); err != nil {
			return nil, wrap("look into an incident", err)
		}
	}
	var all []Affected
	for _, person := range slices.Sorted(maps.Keys(i.found)) {
		all = append(all, *i.found[person])
	}
	return all, nil
}

// incident gathers whom a leak concerns.
type incident struct {
	tx     *Tx
	scope  IncidentScope
	found  map[int64]*Affected // by person
	people map[int64]int64     // whose chat it is; 0: not of the scope
}

// note adds what was seen of one client; by may be empty.
func (i *incident) note(client int64, kinds []string, at time.Time, by string) error {
	person, err := i.person(client)
	if err != nil || person == 0 {
		return err
	}
	a := i.found[person]
	for _, k := range kinds {
		if !slices.Contains(a.Kinds, k) {
			a.Kinds = append(a.Kinds, k)
		}
	}
	slices.SortFunc(a.Kinds, func(x, y string) int { return slices.Index(LeakKinds, x) - slices.Index(LeakKinds, y) })
	if by != "" && !slices.Contains(a.By, by) {
		a.By = append(a.By, by)
	}
	if at.IsZero() {
		return nil
	}
	if a.First.IsZero() || at.Before(a.First) {
		a.First = at
	}
	if at.After(a.Last) {
		a.Last = at
	}
	return nil
}

// person is whose chat it is; 0: of somebody who is not in the scope.
func (i *incident) person(client int64) (int64, error) {
	if p, known := i.people[client]; known {
		return p, nil
	}
	c, err := i.tx.clientByID(client)
	if errors.Is(err, ErrNotFound) {
		i.people[client] = 0
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if i.scope.Client != "" && c.Code() != i.scope.Client {
		i.people[client] = 0
		return 0, nil
	}
	i.people[client] = c.ID
	if i.found[c.ID] == nil {
		i.found[c.ID] = &Affected{Client: c}
	}
	return c.ID, nil
}

func (i *incident) fromLog() error {
	where, args := "client_id > 0 AND at >= ? AND at < ?", []any{millis(i.scope.From), millis(i.scope.To)}
	if i.scope.Staff != 0 {
		where, args = where+" AND actor = ?", append(args, number("S", i.scope.Staff))
	}
	rows, err := i.tx.sql.QueryContext(i.tx.ctx, "SELECT "+auditColumns+" FROM audit WHERE "+where+" ORDER BY seq", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []auditRow
	for rows.Next() {
		r, err := scanAudit(rows)
		if err != nil {
			return err
		}
		if len(leakOf(r.action)) > 0 {
			all = append(all, r)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, r := range all {
		if err := i.note(r.client, leakOf(r.action), fromMillis(r.at), r.actor); err != nil {
			return err
		}
	}
	return nil
}

func (i *incident) fromTables() error {
	by := ""
	if i.scope.Staff != 0 {
		by = number("S", i.scope.Staff)
	}
	for _, t := range leakTables {
		query, who := t.inHand, by
		if i.scope.Database {
			query, who = t.all, ""
		}
		if query == "" {
			continue
		}
		seen, err := i.inTable(query)
		if err != nil {
			return err
		}
		for _, row := range seen {
			at := time.Time{}
			if !i.scope.Database {
				at = fromMillis(max(row[1], millis(i.scope.From)))
			}
			if erased, err := i.erased(row[0]); erased || err != nil {
				if err != nil {
					return err
				}
				continue
			}
			if err := i.note(row[0], []string{t.kind}, at, who); err != nil {
				return err
			}
		}
	}
	return nil
}

// erased says that nothing of the client's own is in the tables any more.
func (i *incident) erased(client int64) (bool, error) {
	c, err := i.tx.clientByID(client)
	if errors.Is(err, ErrNotFound) {
		return true, nil
	}
	return !c.ErasedAt.IsZero(), err
}

// inTable are the clients that a query finds, and since when.
func (i *incident) inTable(query string) (all [][2]int64, err error) {
	fill := strings.NewReplacer("{from}", numbers([]int64{millis(i.scope.From)}), "{to}", numbers([]int64{millis(i.scope.To)}), "{staff}", numbers([]int64{i.scope.Staff}))
	rows, err := i.tx.sql.QueryContext(i.tx.ctx, fill.Replace(query))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var row [2]int64
		if err := rows.Scan(&row[0], &row[1]); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

// Reached is how a client can be told of a leak.
type Reached struct{ Name, Phone string }

// Reach opens the names and numbers of clients, by Client.ID, so that they can be told
// of a leak. Each is put on record before anything is given.
func (s *Store) Reach(ctx context.Context, clients []int64) (map[int64]Reached, error) {
	for _, c := range clients {
		if err := s.Audit(ctx, Entry{Action: auditRead + RevealContact, Client: c, Detail: "incident"}); err != nil {
			return nil, err
		}
	}
	txn, err := s.snapshot(ctx)
	if err != nil {
		return nil, wrap("read whom to tell", err)
	}
	defer func() { _ = txn.Rollback() }() // it was read only
	tx := &Tx{ctx: ctx, s: s, now: s.now().UTC(), sql: txn}
	all := map[int64]Reached{}
	for _, c := range clients {
		p, err := tx.Profile(c)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		number, _, err := tx.Phone(c)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		all[c] = Reached{p.FullName(), number}
	}
	return all, nil
}
