package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"redthread/bot"
)

// Kept is everything we keep of a person, over all of their chats, as a copy of
// their data tells it (PIPL 45). Of other people it holds nothing but the names
// under which colleagues work.
type Kept struct {
	Person        Client   // as their oldest chat has them
	Chats         []Client // the oldest first
	Owner         Staff    // whose client they are; the zero Staff: nobody's
	Profiles      []Profile
	Criteria      []Criteria
	Introductions []KeptIntroduction
	Packages      []KeptPackage
	Notes         []Note
	Phones        []KeptPhone
	Photos        []Photo
	Consents      []Consent
	Words         map[string]string // of the consents, by digest
	Ledger        []Verification
	Complaints    []Complaint
	Questions     []KeptQuestion
	Answers       []AnswerGiven
	Handoffs      []KeptHandoff
	Reveals       []KeptReveal
	Visits        []KeptVisit
	Links         []KeptLink
	Dates         []KeptDate
	Zone          string // the time zone they have told; may be empty
	Copies        []KeptCopy
	Media         []KeptMedia // every picture they sent that is with us
}

// KeptPhone is a telephone number.
type KeptPhone struct {
	Number  string    // E.164
	Proven  time.Time // zero: not proven
	Claimed time.Time
}

// KeptQuestion is a question with what was done about it.
type KeptQuestion struct {
	Question
	Steps []KeptStep
}

// KeptStep is something that was done, and when.
type KeptStep struct {
	Kind string
	At   time.Time
}

// KeptHandoff is a talk with a person, and what was kept for them.
type KeptHandoff struct {
	Handoff
	Words []Words
	At    []time.Time // of the words
}

// KeptReveal is that a colleague was shown something.
type KeptReveal struct {
	By   Staff
	What string
	At   time.Time
}

// KeptVisit is that they came by a source.
type KeptVisit struct {
	Source      string // its name
	Campaign    string
	Visits      int
	First, Last time.Time
}

// KeptLink is that a chat of theirs was joined to another.
type KeptLink struct {
	Client, Joined string // the numbers they had
	At, Undone     time.Time
}

// KeptDate is a date of theirs, with what they themselves said about it.
type KeptDate struct {
	Number   string
	State    DateState
	At       time.Time // zero: it never had a time
	Place    DatePlace
	Feedback *Feedback   // theirs; nil: they gave none
	Called   []time.Time // for help
}

// KeptCopy is an earlier copy.
type KeptCopy struct {
	Number string
	Steps  []KeptStep
}

// KeptMedia is a picture, a voice note, a video or a file.
type KeptMedia struct {
	ID   bot.MediaID
	Kind bot.MediaKind
	Type string // "image/jpeg"
	Size int64
	At   time.Time
}

// keptPart reads what some tables hold of a person.
type keptPart struct {
	tables []string
	read   func(*keeping) error
}

// keptParts is what goes into a copy. Each table of personalTables stands here or
// in notCopied; a test holds both against the schema.
var keptParts = []keptPart{
	{[]string{"clients"}, (*keeping).chats},
	{[]string{"profiles"}, (*keeping).profiles},
	{[]string{"criteria"}, (*keeping).criteria},
	{[]string{"introductions", "introduction_steps"}, (*keeping).introductions},
	{[]string{"packages"}, (*keeping).packages},
	{[]string{"profile_notes"}, (*keeping).notes},
	{[]string{"phones"}, (*keeping).phones},
	{[]string{"photos"}, (*keeping).photos},
	{[]string{"consents"}, (*keeping).consents},
	{[]string{"verifications"}, (*keeping).ledger},
	{[]string{"complaints", "complaint_steps", "complaint_evidence"}, (*keeping).complaints},
	{[]string{"questions", "question_steps"}, (*keeping).questions},
	{[]string{"answers_given"}, (*keeping).answers},
	{[]string{"handoffs", "handoff_words"}, (*keeping).handoffs},
	{[]string{"audit"}, (*keeping).reveals},
	{[]string{"source_visits"}, (*keeping).visits},
	{[]string{"client_links"}, (*keeping).links},
	{[]string{"dates", "date_feedback", "sos_calls"}, (*keeping).dates},
	{[]string{"client_zones"}, (*keeping).zone},
	{[]string{"data_copies", "data_copy_steps"}, (*keeping).copies},
	{[]string{"media"}, (*keeping).media},
}

// notCopied says of each other personal table why a copy goes without it.
var notCopied = map[string]string{
	"date_slots":     "which times suited them and the other: the date itself is told",
	"date_steps":     "how a date came about, the other's doings as much as theirs",
	"candidates":     "codes of what stands in the profile and in the wishes",
	"reveals":        "moves into the audit log, which is copied",
	"audit_reasons":  "why a colleague looked, in the colleague's words: the house's own account, and it may speak of others",
	"shortlists":     "whom a colleague thinks of for whom: the other one's as much as theirs",
	"kept_apart":     "whom they are not proposed to: the other one's as much as theirs",
	"alerts":         "that a colleague was reminded of a paper of theirs",
	"alert_calls":    "which colleague, and when",
	"sla_clocks":     "how long their papers took, in the house's own account",
	"tasks":          "what colleagues ask of each other in their work",
	"spot_checks":    "how a supervisor found a colleague's work",
	"outbox_about":   "which of the messages to colleagues are about them",
	"client_notes":   "what colleagues have noted for one another about their work, others' doings as much as the client's",
	"client_topics":  "where colleagues talk about them",
	"desks":          "to whom a colleague has turned",
	"desk_questions": "what a colleague wrote and nobody was sent yet",
	"desk_choices":   "to whom it may have been meant",
	"handoff_queue":  "how far the search for a colleague has come",
	"handoff_asked":  "which colleagues were asked to come",
	"handoff_steps":  "which colleague was asked, came or was reminded, and when: the agency's own account",
	"carried":        "which of our messages shows whose words, under the platforms' own names for them",
	"held_words":     "what colleagues wrote and nobody was sent; who held it back is the agency's own account",
	"outbox":         "what we said stands in the client's own chat; it is kept so that it arrives, and what colleagues said in it is theirs too",
	"outbox_heads":   "how far delivery has come",
	"sessions":       "where the open question stands; an answer goes into the records when it is given, or when the whole is submitted",
	"turns":          "which message was dealt with when, under the platform's own numbers, and nothing that was said",
	"timers":         "when the program looks at something again",
	"attempts":       "how often something was tried in the last day",
	"link_codes":     "a digest of a code that is good for minutes",
	"erasure_orders": "that they have wished to be deleted, until that is done; they hold its number",
	"letters":        "callbacks nobody could read; whose they are is known to who opens them only, and then they are played",
}

// keeping gathers what is kept of one person.
type keeping struct {
	tx     *Tx
	person int64
	Kept
}

// Kept gathers everything that is kept of a person, named by Client.ID, as it
// stands at one moment. It writes nothing. ErrNotFound: there is no such client,
// or they have been erased.
func (s *Store) Kept(ctx context.Context, person int64) (Kept, error) {
	txn, err := s.snapshot(ctx)
	if err != nil {
		return Kept{}, wrap("gather what is kept", err)
	}
	defer func() { _ = txn.Rollback() }() // it was read only
	k := &keeping{tx: &Tx{ctx: ctx, s: s, now: s.now().UTC(), sql: txn}, person: person}
	for _, p := range keptParts {
		if err := p.read(k); err != nil {
			return Kept{}, fmt.Errorf("store: gather %s: %w", strings.Join(p.tables, ", "), err)
		}
	}
	return k.Kept, nil
}

// notByItself are tables whose rows are no reason to send anybody a file.
var notByItself = map[string]bool{"clients": true, "source_visits": true, "client_links": true, "data_copies": true, "data_copy_steps": true}

// AnythingKept says that we keep something of the person besides that they have
// talked to us.
func (tx *Tx) AnythingKept(person int64) (bool, error) {
	chats, err := tx.Chats(person)
	if err != nil {
		return false, err
	}
	var ids []int64
	for _, c := range chats {
		ids = append(ids, c.Chat)
	}
	for _, part := range keptParts {
		for _, p := range personalTables {
			if p.table != part.tables[0] || notByItself[p.table] {
				continue
			}
			var n int
			if err := tx.count(&n, p.counting(ids, millis(tx.now))); err != nil || n > 0 {
				return n > 0, err
			}
		}
	}
	return false, nil
}
