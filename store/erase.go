package store

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a table holds of a client, and what becomes of it when the client is
// erased. Every table stands in personalTables or in notPersonal; a test holds
// both against the schema, so that no new table is forgotten. What clients are
// told of it, before and after, is made from the same lists.

// personalTable is a table that holds something of clients.
type personalTable struct {
	table string

	// kind is what clients know it by; empty: it is part of another kind, or of
	// the house's own keeping.
	kind string

	// whose finds the rows: {clients} stands for the IDs of all chats of the
	// person, {chats} for their conversations, {now} for the present.
	whose string

	// become changes what has to stay, as SQL's SET has it; empty: the rows go;
	// asItIs: they stay, and name nobody.
	become string
}

const asItIs = "as it is"

// The kinds in which clients are told what was kept of them, in the order they
// are told.
const (
	KindProfile       = "profile"
	KindCriteria      = "criteria"
	KindIntroductions = "introductions"
	KindPackages      = "packages"
	KindNotes         = "notes"
	KindPhone         = "phone"
	KindPhotos        = "photos"
	KindPapers        = "papers"
	KindComplaints    = "complaints"
	KindQuestions     = "questions"
	KindTalks         = "talks"
	KindMessages      = "messages"
	KindDates         = "dates"
	KindCopies        = "copies"
	KindChats         = "chats"
)

// AllKinds are all kinds, in their order.
var AllKinds = []string{KindProfile, KindCriteria, KindIntroductions, KindPackages, KindNotes, KindPhone, KindPhotos, KindPapers, KindComplaints, KindQuestions, KindTalks, KindDates, KindMessages, KindCopies, KindChats}

// personalTables is in the order in which it is erased: what is found through
// another table before that one.
var personalTables = []personalTable{
	{"complaint_evidence", "", "complaint_id IN (SELECT id FROM complaints WHERE client_id IN ({clients}))", ""},
	{"complaint_steps", "", "complaint_id IN (SELECT id FROM complaints WHERE client_id IN ({clients}))", "event_key = ''"},
	{"complaints", KindComplaints, "client_id IN ({clients})", "facts = '', state = 'closed', closed_at = CASE closed_at WHEN 0 THEN {now} ELSE closed_at END"},
	{"desk_questions", "", "id IN (SELECT question_id FROM desk_choices WHERE handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients})))", ""},
	{"desk_choices", "", "handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients}))", ""},
	{"desks", "", "handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients}))", ""},
	{"handoff_queue", "", "handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients}))", ""},
	{"handoff_asked", "", "handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients}))", ""},
	{"handoff_steps", "", "handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients}))", ""},
	{"client_notes", KindNotes, "client_id IN ({clients})", ""},
	{"client_topics", "", "client_id IN ({clients})", ""},
	{"handoff_words", "", "handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients}))", ""},
	{"handoffs", KindTalks, "client_id IN ({clients})", ""},
	{"held_words", "", "client_id IN ({clients})", ""},
	{"question_steps", "", "question_id IN (SELECT id FROM questions WHERE client_id IN ({clients}))", ""},
	{"questions", KindQuestions, "client_id IN ({clients})", ""},
	{"answers_given", "", "client_id IN ({clients})", ""},
	{"candidates", "", "client_id IN ({clients})", ""},
	{"shortlists", "", "client_id IN ({clients}) OR other_id IN ({clients})", ""},
	{"kept_apart", "", "client_id IN ({clients}) OR other_id IN ({clients})", ""},
	{"introduction_steps", "", "introduction_id IN (SELECT id FROM introductions WHERE client_id IN ({clients}) OR other_id IN ({clients}))", ""},
	{"introductions", KindIntroductions, "client_id IN ({clients}) OR other_id IN ({clients})", ""},
	{"packages", KindPackages, "client_id IN ({clients})", ""},
	{"criteria", KindCriteria, "client_id IN ({clients})", ""},
	{"profile_notes", KindNotes, "client_id IN ({clients})", ""},
	{"profiles", KindProfile, "client_id IN ({clients})", ""},
	{"phones", KindPhone, "client_id IN ({clients})", ""},
	{"photos", KindPhotos, "client_id IN ({clients})", ""},
	{"verifications", KindPapers, "client_id IN ({clients})", ""},
	{"consents", "", "client_id IN ({clients})", "event_key = ''"},
	{"reveals", "", "client_id IN ({clients})", ""}, // of releases before this one; the rest stands in the audit log
	{"audit_reasons", "", "client_id IN ({clients})", ""},
	{"audit", "", "client_id IN ({clients})", asItIs},
	{"source_visits", "", "client_id IN ({clients})", "first_at = 0, last_at = 0"},
	{"data_copy_steps", "", "copy_id IN (SELECT id FROM data_copies WHERE client_id IN ({clients}))", ""},
	{"data_copies", KindCopies, "client_id IN ({clients})", ""}, // their files go with media
	{"link_codes", "", "client_id IN ({clients})", ""},
	{"client_links", "", "client_id IN ({clients}) OR joined_id IN ({clients})", ""},
	{"alert_calls", "", "alert_id IN (SELECT id FROM alerts WHERE client_id IN ({clients}))", ""},
	{"alerts", "", "client_id IN ({clients})", ""},
	{"sla_clocks", "", "client_id IN ({clients})", ""},
	{"tasks", "", "client_id IN ({clients})", ""},
	{"spot_checks", "", "client_id IN ({clients})", ""},
	{"date_feedback", "", "date_id IN (" + erasedDates + ")", ""},
	{"date_steps", "", "date_id IN (" + erasedDates + ")", ""},
	{"date_slots", "", "date_id IN (" + erasedDates + ")", ""},
	{"dates", KindDates, "a_id IN ({clients}) OR b_id IN ({clients})", ""},
	{"sos_calls", "", "client_id IN ({clients})", ""},
	{"client_zones", "", "client_id IN ({clients})", ""},
	{"media", "", "conversation IN ({chats})", "state = '" + mediaUnwanted + "', due_at = {now}"},
	{"timers", "", "conversation IN ({chats})", ""},
	{"attempts", "", "conversation IN ({chats})", ""},
	{"outbox_about", "", "client_id IN ({clients}) OR conversation IN ({chats})", ""},
	{"carried", "", "conversation IN ({chats}) OR sender IN ({chats})", ""},
	{"outbox", KindMessages, "conversation IN ({chats})", ""},
	{"sessions", "", "conversation IN ({chats})", ""},
}

// erasedDates are the dates of who is erased: the other's account of them goes too.
const erasedDates = "SELECT id FROM dates WHERE a_id IN ({clients}) OR b_id IN ({clients})"

// notPersonal says of each other table why it needs no erasing, or who sees to it.
var notPersonal = map[string]string{
	"clients":          "made nameless by erase itself",
	"turns":            "erased by erase itself, but for the newest keys",
	"letters":          "erased by erase itself, which has to open them",
	"outbox_heads":     "goes when the last words have gone out",
	"erasure_ends":     "goes when the last words have gone out",
	"erasure_orders":   "whose it is goes with the erasure",
	"aliases":          "of groups, which no client is",
	"threads":          "of groups; it says which topics are still to be deleted after an erasure",
	"staff":            "of colleagues",
	"staff_chats":      "of colleagues",
	"staff_backups":    "of colleagues",
	"digests":          "of colleagues",
	"handovers":        "of colleagues",
	"pledges":          "of colleagues",
	"audit_head":       "the number and the mark of the audit log's last entry",
	"handover_items":   "numbers of papers, and which colleague had them after which",
	"invites":          "of colleagues",
	"sources":          "of the agency",
	"promoted_answers": "approved by the agency as its own words",
	"canned_replies":   "the agency's own words",
	"consent_texts":    "the agency's own words",
	"refusals":         "counts",
	"erasures":         "counts",
	"index_keys":       "secrets of the house",
	"goose_db_version": "the schema's own",
}

// remain is something that stays when a client is erased, and names nobody any
// more.
type remain struct {
	what   string                   // as texts and docs/privacy.md call it
	tables []string                 // that it comes from
	keep   func(Keep) time.Duration // nil: it has no last day
}

// eventsFor is how long the platform's own numbers of a person's newest messages
// stay: Telegram delivers again for a day, and what was answered must not be
// answered a second time.
const eventsFor = 2 * keepDay

// remains are what the law, or the agency's duty to answer for itself, keeps.
var remains = []remain{
	// That there was a complaint, and how it went: the agency's own account
	// (Civil Code 188), without a word of what was said.
	{"complaints", []string{"complaints", "complaint_steps"}, func(k Keep) time.Duration { return k.Complaints }},
	// Proof of what was agreed to, and of who was shown what (PIPL 55–56; 网络数据
	// 安全管理条例 12).
	{"consents", []string{"consents"}, func(k Keep) time.Duration { return k.Consents }},
	// The log names the client by a number that stands for nobody, and cannot be
	// changed.
	{"reveals", []string{"audit"}, nil},
	// That somebody came by a source is counted; when they came is forgotten.
	{"visits", []string{"source_visits"}, nil},
	// An answer to a question of theirs that was approved for everybody; the
	// question it answered is gone.
	{"approved", []string{"promoted_answers"}, nil},
	// The number K-000012, which stands for nobody any more.
	{"number", []string{"clients"}, nil},
	{"events", []string{"turns"}, func(Keep) time.Duration { return eventsFor }},
	// The record of the erasure itself.
	{"record", []string{"erasures", "erasure_orders"}, func(k Keep) time.Duration { return k.Proofs }},
}

// Remain is something that stays when a client is erased, and names nobody any
// more.
type Remain struct {
	What string
	For  time.Duration // from the erasure; 0: it has no last day
}

// Remains lists all that stays.
func Remains(k Keep) (all []Remain) {
	k = k.FilledIn()
	for _, r := range remains {
		one := Remain{What: r.what}
		if r.keep != nil {
			one.For = r.keep(k)
		}
		all = append(all, one)
	}
	return all
}

// ErasedKind says how much of one kind was erased, or is due to be.
type ErasedKind struct {
	Kind   string // a table, or a kind of retention
	N      int64
	Oldest time.Time // zero: not told
}

// Holdings is how much there is, or was, of a client, by table.
type Holdings []ErasedKind

func (c Holdings) of(table string) (n int64) {
	for _, k := range c {
		if k.Kind == table {
			n += k.N
		}
	}
	return n
}

// String is how much there is of each, "profiles 2, outbox 17".
func (c Holdings) String() string {
	var all []string
	for _, k := range c {
		all = append(all, fmt.Sprintf("%s %d", k.Kind, k.N))
	}
	return strings.Join(all, ", ")
}

// Kinds is the same as clients are told it: by the kinds of AllKinds, in their
// order, without those of which there is nothing.
func (c Holdings) Kinds() (all []ErasedKind) {
	by := map[string]int64{KindChats: c.of("clients")}
	for _, p := range personalTables {
		by[p.kind] += c.of(p.table)
	}
	for _, kind := range AllKinds {
		if by[kind] > 0 {
			all = append(all, ErasedKind{Kind: kind, N: by[kind]})
		}
	}
	return all
}

// Remains is what stays of all that.
func (c Holdings) Remains(k Keep) (all []Remain) {
	for i, r := range Remains(k) {
		if slices.ContainsFunc(remains[i].tables, func(table string) bool { return c.of(table) > 0 || always[table] }) {
			all = append(all, r)
		}
	}
	return all
}

// always names the tables of which something stays of everybody.
var always = map[string]bool{"clients": true, "turns": true, "erasures": true}
