package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
)

// verdict is what the people heard and what the bot's records say, held against
// what must be.
type verdict struct {
	Lost        int `json:"lost"`        // confirmed, and without effect, answer or record
	Doubled     int `json:"doubled"`     // two answers or two records for one
	Overtaken   int `json:"overtaken"`   // out of order
	Wrong       int `json:"wrong"`       // nothing that had to be said
	Repeated    int `json:"repeated"`    // answers sent again after an unknown outcome: the one allowed case
	Holding     int `json:"holding"`     // told that the answer comes later, while the database was away
	Undelivered int `json:"undelivered"` // answers that the bot gave up, by its rule, and told staff of
	GivenUp     int `json:"given_up"`    // messages that the platform could not bring: the bot never confirmed them
	Letters     int `json:"letters"`     // callbacks among the dead letters
	Unsent      int `json:"unsent"`      // answers still waiting at the end
	Leaked      int `json:"leaked"`      // secrets and messages found in logs and metrics

	Talks    int      `json:"talks"` // that came to their end
	Left     int      `json:"left"`  // people who went away without an answer
	Records  int      `json:"records"`
	Edits    int      `json:"edits"`
	Examples []string `json:"examples,omitempty"`
}

// clean says that nothing is as it must not be.
func (v verdict) clean() bool { return v.Lost+v.Doubled+v.Overtaken+v.Wrong+v.Unsent+v.Leaked == 0 }

func (v *verdict) example(format string, args ...any) {
	if len(v.Examples) < 20 {
		v.Examples = append(v.Examples, fmt.Sprintf(format, args...))
	}
}

// ledger is what the bot's records say of each conversation.
type ledger struct {
	turns   map[string][]string // event keys, in the order of the turns
	records map[string][]int64  // complaints
	failed  map[string]int      // messages that will never arrive
	letters int
}

// readLedger reads the records of everybody in town.
func readLedger(ctx context.Context, db *sql.DB, w *town) (*ledger, error) {
	l := &ledger{map[string][]string{}, map[string][]int64{}, map[string]int{}, 0}
	var key string
	var n int64
	for _, q := range []struct {
		query string
		into  any
		note  func(conversation string)
	}{
		{"SELECT conversation, event_key FROM turns WHERE conversation BETWEEN ? AND ? AND kind <> 'noticed' ORDER BY conversation, seq",
			&key, func(c string) { l.turns[c] = append(l.turns[c], key) }},
		{"SELECT c.conversation, p.id FROM complaints p JOIN clients c ON c.id = p.client_id WHERE c.conversation BETWEEN ? AND ?",
			&n, func(c string) { l.records[c] = append(l.records[c], n) }},
		{"SELECT conversation, seq FROM outbox WHERE conversation BETWEEN ? AND ? AND state IN ('failed', 'unreachable')",
			&n, func(c string) { l.failed[c]++ }},
	} {
		rows, err := db.QueryContext(ctx, q.query, w.conversation(w.first), w.conversation(w.last.Load()))
		if err != nil {
			return nil, fmt.Errorf("load: read the bot's records: %w", err)
		}
		if err := each(rows, q.into, q.note); err != nil {
			return nil, err
		}
	}
	err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM letters").Scan(&l.letters)
	return l, err
}

func each(rows *sql.Rows, into any, note func(string)) error {
	defer rows.Close()
	for rows.Next() {
		var conversation string
		if err := rows.Scan(&conversation, into); err != nil {
			return fmt.Errorf("load: read the bot's records: %w", err)
		}
		note(conversation)
	}
	return rows.Err()
}

// judge holds everything against what must be, when all have fallen silent.
func judge(w *town, l *ledger) verdict {
	w.tally.mu.Lock()
	v := verdict{
		Doubled: w.tally.count[doubled], Overtaken: w.tally.count[overtaken], Wrong: w.tally.count[wrong] + int(w.tally.unknown.Load()),
		Repeated: w.tally.count[repeated], Holding: w.tally.count[holding], Letters: l.letters, Edits: int(w.tally.edits.Load()), Examples: slices.Clone(w.tally.examples),
	}
	w.tally.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.stories {
		c := w.conversation(h.n)
		v.answers(h, l.failed[c])
		v.effects(h, l.turns[c])
		v.papers(h, l.records[c])
	}
	return v
}

// answers counts what a person still waits for.
func (v *verdict) answers(h *history, failed int) {
	missing, _ := h.missing()
	told := min(missing, failed)
	v.Undelivered += told
	if v.Lost += missing - told; missing > told {
		v.example("lost: person %d heard %d answers too few", h.n, missing-told)
	}
	if h.finished() {
		v.Talks++
	} else {
		v.Left++
	}
}

// effects holds the turns of a conversation against what was said there: each
// message that was confirmed has had one, in the order they were said.
func (v *verdict) effects(h *history, turns []string) {
	last := -1
	for _, s := range h.said {
		if s.state == givenUp {
			v.GivenUp++
		}
		at := slices.Index(turns, s.key)
		switch {
		case s.key == "":
		case at < 0 && s.state == confirmed:
			v.Lost++
			v.example("lost: %s of person %d was confirmed and has no turn", s.key, h.n)
		case at >= 0 && at < last:
			v.Overtaken++
			v.example("overtaken: %s of person %d", s.key, h.n)
		}
		last = max(last, at)
	}
	for _, key := range turns {
		if !slices.ContainsFunc(h.said, func(s saying) bool { return s.key == key || s.key == "" }) {
			v.Wrong++
			v.example("wrong: turn %s of person %d, who has not said that", key, h.n)
		}
	}
}

// papers holds the complaints of a person against what they filed: as many as
// the talk files, under the numbers they were told.
func (v *verdict) papers(h *history, records []int64) {
	v.Records += len(records)
	if more := len(records) - h.talk.records; more > 0 {
		v.Doubled += more
		v.example("doubled: person %d has %d complaints", h.n, len(records))
	}
	for _, n := range h.records {
		if !slices.Contains(records, n) {
			v.Lost++
			v.example("lost: person %d was told of C-%06d, which is not kept", h.n, n)
		}
	}
	if less := h.talk.records - len(records); less > 0 && h.finished() {
		v.Lost += less
		v.example("lost: person %d has filed, and %d complaints are not kept", h.n, less)
	}
}
