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

// What a table holds of a client, and what becomes of it when the client is
// erased. Every table stands in personalTables or in notPersonal; a test holds
// both against the schema, so that no new table is forgotten.

// personalTable is a table that holds something of clients.
type personalTable struct {
	table string

	// whose finds the rows: {clients} stands for the IDs of all chats of the
	// person, {chats} for their conversations, {now} for the present.
	whose string

	// become changes what has to stay, as SQL's SET has it; empty: the rows go.
	become string
}

// personalTables is in the order in which it is erased: what is found through
// another table before that one.
var personalTables = []personalTable{
	{"complaint_evidence", "complaint_id IN (SELECT id FROM complaints WHERE client_id IN ({clients}))", ""},
	// That there was a complaint, and how it went, is the agency's own account:
	// it stays for Keep.Complaints, without a word of what was said.
	{"complaint_steps", "complaint_id IN (SELECT id FROM complaints WHERE client_id IN ({clients}))", "event_key = ''"},
	{"complaints", "client_id IN ({clients})", "facts = '', state = 'closed', closed_at = CASE closed_at WHEN 0 THEN {now} ELSE closed_at END"},
	{"handoff_words", "handoff_id IN (SELECT id FROM handoffs WHERE client_id IN ({clients}))", ""},
	{"handoffs", "client_id IN ({clients})", ""},
	{"question_steps", "question_id IN (SELECT id FROM questions WHERE client_id IN ({clients}))", ""},
	{"questions", "client_id IN ({clients})", ""},
	{"answers_given", "client_id IN ({clients})", ""},
	{"criteria", "client_id IN ({clients})", ""},
	{"profile_notes", "client_id IN ({clients})", ""},
	{"profiles", "client_id IN ({clients})", ""},
	{"phones", "client_id IN ({clients})", ""},
	{"photos", "client_id IN ({clients})", ""},
	{"verifications", "client_id IN ({clients})", ""},
	// Proof of what was agreed to, and of who was shown what (PIPL 55–56; 网络数据
	// 安全管理条例 12): it stays for Keep.Consents, and names nobody any more.
	{"consents", "client_id IN ({clients})", "event_key = ''"},
	{"reveals", "client_id IN ({clients})", "event_key = ''"},
	// That somebody came by a source is counted; when they came is forgotten.
	{"source_visits", "client_id IN ({clients})", "first_at = 0, last_at = 0"},
	{"data_copy_steps", "copy_id IN (SELECT id FROM data_copies WHERE client_id IN ({clients}))", ""},
	{"data_copies", "client_id IN ({clients})", ""}, // their files go with media
	{"link_codes", "client_id IN ({clients})", ""},
	{"client_links", "client_id IN ({clients}) OR joined_id IN ({clients})", ""},
	{"media", "conversation IN ({chats})", "state = '" + mediaUnwanted + "', due_at = {now}"},
	{"timers", "conversation IN ({chats})", ""},
	{"attempts", "conversation IN ({chats})", ""},
	{"outbox", "conversation IN ({chats})", ""},
	{"outbox_heads", "conversation IN ({chats})", ""},
	{"turns", "conversation IN ({chats})", ""},
	{"sessions", "conversation IN ({chats})", ""},
}

// notPersonal says of each other table why it needs no erasing.
var notPersonal = map[string]string{
	"clients":          "made nameless by EraseClient itself",
	"letters":          "erased by EraseClient itself, which has to open them",
	"aliases":          "of groups, which no client is",
	"staff":            "of colleagues",
	"invites":          "of colleagues",
	"sources":          "of the agency",
	"promoted_answers": "approved by the agency as its own words",
	"consent_texts":    "the agency's own words",
	"refusals":         "counts",
	"erasures":         "counts",
	"index_keys":       "secrets of the house",
	"goose_db_version": "the schema's own",
}

// ErrHeld says that a client's records must be kept.
var ErrHeld = errors.New("store: a legal hold is on the client")

// ErasedKind says how much of one kind was erased, or is due to be.
type ErasedKind struct {
	Kind   string // a table, or a kind of retention
	N      int64
	Oldest time.Time // zero: not told
}

// EraseClient takes everything out that says who the client, named by Client.ID,
// is or what they said, in every chat of theirs, and keeps a record of how much
// that was, under the reason. Pictures are erased from the disk soon after.
// ErrHeld: it must be kept. ErrColleague: one of the chats is a colleague's.
// ErrNotFound: no such client, or erased before.
func (s *Store) EraseClient(ctx context.Context, client int64, reason string) (gone []ErasedKind, err error) {
	chats, err := s.chatsOf(ctx, client)
	if err != nil {
		return nil, err
	}
	for _, c := range chats {
		leave, err := s.lanes.enter(ctx, c.conversation)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	letters, err := s.lettersOf(ctx, chats)
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, "erase client", func(tx *sql.Tx) (err error) {
		gone, err = s.eraseClient(ctx, tx, client, letters, reason)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, c := range chats {
		s.cache.forget(ctx, c.conversation)
	}
	s.scrub(ctx)
	select {
	case s.fetch <- struct{}{}: // so that the pictures go at once
	default:
	}
	return gone, nil
}

// scrub takes what was erased out of the database's own files too. SQLite
// overwrites what it deletes (secure_delete), but keeps a log of pages that are
// still to be written over; where others are reading, the next scrub does it. Of
// MySQL's logs docs/operations.md tells.
func (s *Store) scrub(ctx context.Context) {
	if s.dialect.name != "sqlite" {
		return
	}
	if _, err := s.sql.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		s.log.WarnContext(ctx, "erased data are still in SQLite's log", "error", err)
	}
}

// chat is one of a client's conversations.
type chat struct {
	id           int64
	conversation string
}

func (s *Store) chatsOf(ctx context.Context, client int64) ([]chat, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, conversation FROM clients WHERE (id = ? OR person_id = ?) AND erased_at = 0 ORDER BY id", client, client)
	if err != nil {
		return nil, wrap("read a client's chats", err)
	}
	defer rows.Close()
	var all []chat
	for rows.Next() {
		var c chat
		if err := rows.Scan(&c.id, &c.conversation); err != nil {
			return nil, wrap("read a client's chats", err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		return nil, wrap("read a client's chats", err)
	}
	if len(all) == 0 {
		return nil, wrap("read a client's chats", ErrNotFound)
	}
	return all, nil
}

// eraseClient erases in one transaction. The client's rows are held first, so
// that no chat can be linked or held meanwhile.
func (s *Store) eraseClient(ctx context.Context, tx *sql.Tx, client int64, letters []int64, reason string) ([]ErasedKind, error) {
	ids, err := s.holdChats(ctx, tx, client)
	if err != nil {
		return nil, err
	}
	var gone []ErasedKind
	for _, p := range personalTables {
		n, err := affected(tx.ExecContext(ctx, s.erasing(p, ids)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.table, err)
		}
		gone = append(gone, ErasedKind{Kind: p.table, N: n})
	}
	for _, id := range letters {
		if _, err := tx.ExecContext(ctx, "DELETE FROM letters WHERE id = ?", id); err != nil {
			return nil, err
		}
	}
	gone = append(gone, ErasedKind{Kind: "letters", N: int64(len(letters))})
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, "UPDATE clients SET conversation = ?, name = NULL, lang = '', source = '', erased_at = ? WHERE id = ?",
			"erased:"+strconv.FormatInt(id, 10), millis(s.now()), id); err != nil {
			return nil, err
		}
	}
	gone = append(gone, ErasedKind{Kind: "clients", N: int64(len(ids))})
	return gone, s.noteErasures(ctx, tx, gone, reason)
}

func (s *Store) holdChats(ctx context.Context, tx *sql.Tx, client int64) (ids []int64, err error) {
	lock := ""
	if s.dialect.name == "mysql" {
		lock = " FOR UPDATE"
	}
	rows, err := tx.QueryContext(ctx, "SELECT id, held_at FROM clients WHERE (id = ? OR person_id = ?) AND erased_at = 0 ORDER BY id"+lock, client, client)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, held int64
		if err := rows.Scan(&id, &held); err != nil {
			return nil, err
		}
		if held != 0 {
			return nil, ErrHeld
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, ErrNotFound
	}
	var colleagues int
	err = tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM staff WHERE revoked_at = 0 AND conversation IN (SELECT conversation FROM clients WHERE id IN ("+numbers(ids)+"))").Scan(&colleagues)
	if err == nil && colleagues > 0 {
		err = ErrColleague
	}
	return ids, err
}

// erasing is the statement that erases what a table holds of these clients.
func (s *Store) erasing(p personalTable, clients []int64) string {
	if p.become == "" {
		return "DELETE FROM " + p.table + " WHERE " + s.whose(p, clients)
	}
	return "UPDATE " + p.table + " SET " + s.fillIn(p.become, clients) + " WHERE " + s.whose(p, clients)
}

// whose is the condition for what a table holds of these clients.
func (s *Store) whose(p personalTable, clients []int64) string { return s.fillIn(p.whose, clients) }

func (s *Store) fillIn(clause string, clients []int64) string {
	ids := numbers(clients)
	return strings.NewReplacer("{clients}", ids, "{chats}", "SELECT conversation FROM clients WHERE id IN ("+ids+")", "{now}", strconv.FormatInt(millis(s.now()), 10)).Replace(clause)
}

// numbers writes IDs for SQL.
func numbers(ids []int64) string {
	var b []string
	for _, id := range ids {
		b = append(b, strconv.FormatInt(id, 10))
	}
	return strings.Join(b, ", ")
}

func (s *Store) noteErasures(ctx context.Context, tx *sql.Tx, gone []ErasedKind, reason string) error {
	for _, g := range gone {
		if g.N == 0 {
			continue
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO erasures (kind, reason, n, oldest_at, at) VALUES (?, ?, ?, ?, ?)", g.Kind, reason, g.N, millis(g.Oldest), millis(s.now()))
		if err != nil {
			return err
		}
	}
	return nil
}

// lettersOf are the dead letters that name one of the chats. They must be opened
// to know.
func (s *Store) lettersOf(ctx context.Context, chats []chat) (found []int64, err error) {
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

// Erasure is the record that something was erased. It tells how much, not whose.
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
