package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"redthread/bot"
)

// One person can write to us in several chats. They are one client once it has
// been proved: a code that was shown in one chat is typed in the other. From then
// on every chat of the person names the older client as its person, and what is
// read for the person is read for all chats (ofPerson). Nothing is moved or
// written over, so a link can be undone without a trace.

// LinkOffer is a code that was found good: whose chat would be joined. It holds
// no code.
type LinkOffer struct {
	Digest  string
	Channel string    // of the other chat
	Since   time.Time // when they came there
}

type linkCodeRow struct {
	Digest    string `gorm:"primaryKey"`
	ClientID  int64
	CreatedAt int64 `gorm:"autoCreateTime:false"`
	ExpiresAt int64
}

func (linkCodeRow) TableName() string { return "link_codes" }

type clientLinkRow struct {
	ID       int64
	ClientID int64 // the person
	JoinedID int64 // who had been a person of their own
	EventKey string
	At       int64
	UndoneAt int64
}

func (clientLinkRow) TableName() string { return "client_links" }

// A code has fifty random bits: with the few tries there are, and the few codes
// that are good at a time, guessing one takes longer than anybody has; and who
// reads the digest in the database has ten minutes to try 2^50.
const (
	linkPrefix = "LK"
	linkLetter = 10 // of five bits each
)

// NewLinkCode makes a code for the chat of the turn's event, good once, for as
// long as valid says. The one they had before is good no longer. Only its digest
// is kept.
func (tx *Tx) NewLinkCode(lang string, valid time.Duration) (code string, err error) {
	me, err := tx.Self(lang)
	if err != nil {
		return "", err
	}
	if _, err := tx.exec("DELETE FROM link_codes WHERE client_id = ? OR expires_at <= ?", me.Chat, millis(tx.now)); err != nil {
		return "", wrap("forget old link codes", err)
	}
	var raw [linkLetter]byte
	_, _ = rand.Read(raw[:]) // never fails, by its documentation
	b := []byte(linkPrefix)
	for i, r := range raw {
		if i%5 == 0 {
			b = append(b, '-')
		}
		b = append(b, alphabet[r%byte(len(alphabet))])
	}
	db, err := tx.records()
	if err != nil {
		return "", err
	}
	row := linkCodeRow{linkDigest(string(b)), me.Chat, millis(tx.now), millis(tx.now.Add(valid))}
	return string(b), wrap("keep link code", db.Create(&row).Error)
}

// IsLinkCode says that a text has the form of a link code, good or not. It
// forgives what IsInvite forgives.
func IsLinkCode(text string) bool {
	body, ok := codeBody(linkPrefix, text)
	return ok && len(body) == linkLetter && strings.Trim(body, alphabet) == ""
}

func linkDigest(code string) string {
	body, _ := codeBody(linkPrefix, code)
	sum := sha256.Sum256([]byte("redthread link " + body))
	return hex.EncodeToString(sum[:])
}

// CheckLinkCode reads which chat a code is of. ErrNotFound: of none; it is wrong,
// used or expired.
func (tx *Tx) CheckLinkCode(code string) (LinkOffer, error) {
	_, other, err := tx.linkCode(linkDigest(code))
	if err != nil {
		return LinkOffer{}, err
	}
	return LinkOffer{Digest: linkDigest(code), Channel: other.Conversation.Channel, Since: other.ArrivedAt}, nil
}

func (tx *Tx) linkCode(digest string) (row linkCodeRow, of Client, err error) {
	if err = tx.hold("read link code", &row, "digest = ? AND expires_at > ?", digest, millis(tx.now)); err == nil {
		of, err = tx.clientByID(row.ClientID)
	}
	return row, of, err
}

var (
	// ErrSame says that two chats are of one person already.
	ErrSame = errors.New("store: the same person")

	// ErrColleague says that a chat is a colleague's.
	ErrColleague = errors.New("store: a colleague's chat")
)

// Link makes the turn's chat, and the one that the code is of, chats of one
// person, who keeps the older client's number: one is who they are now, other
// the chat that the code was shown in, and was the number that is no more.
// ErrNotFound: the code is good no longer. ErrSame: there is nothing to do.
// ErrColleague: one of them works here. Whatever comes of it, the code is used.
func (tx *Tx) Link(o LinkOffer, lang string) (one, other Client, was string, err error) {
	me, err := tx.Self(lang)
	if err != nil {
		return me, other, "", err
	}
	row, other, err := tx.linkCode(o.Digest)
	if err != nil {
		return me, other, "", err
	}
	if _, err := tx.exec("DELETE FROM link_codes WHERE digest = ?", row.Digest); err != nil {
		return me, other, "", wrap("use link code", err)
	}
	if err := tx.mayLink(me, other); err != nil {
		return me, other, "", wrap("link chats", err)
	}
	stays, joins := min(me.ID, other.ID), max(me.ID, other.ID)
	if err := tx.join(stays, joins); err != nil {
		return me, other, "", err
	}
	one, err = tx.Self(lang)
	return one, other, number("K", joins), err
}

func (tx *Tx) mayLink(me, other Client) error {
	if me.ID == other.ID {
		return ErrSame
	}
	for _, c := range []Client{me, other} {
		switch _, err := tx.Staff(c.Conversation); {
		case err == nil:
			return ErrColleague
		case !errors.Is(err, ErrNotFound):
			return err
		}
	}
	return nil
}

// join makes all chats of one person the other's. The rows are held in their
// order, so that two who link each other do not wait for one another for ever.
func (tx *Tx) join(stays, joins int64) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	var both []clientRow
	err = db.Clauses(forUpdate).Where("id IN ?", []int64{stays, joins}).Order("id").Find(&both).Error
	if err != nil {
		return wrap("hold both clients", err)
	}
	if slices.ContainsFunc(both, func(r clientRow) bool { return r.PersonID != 0 }) || len(both) != 2 {
		return wrap("link chats", ErrNotFound) // one of them has been linked meanwhile
	}
	if _, err := tx.exec("UPDATE clients SET person_id = ? WHERE id = ? OR person_id = ?", stays, joins, joins); err != nil {
		return wrap("link chats", err)
	}
	if hold := max(both[0].HeldAt, both[1].HeldAt); hold != 0 {
		if _, err := tx.exec("UPDATE clients SET held_at = ? WHERE (id = ? OR person_id = ?) AND held_at = 0", hold, stays, stays); err != nil {
			return wrap("hold both clients", err)
		}
	}
	if stand := max(both[0].Standing, both[1].Standing); stand != Searching {
		if err := tx.SetStanding(stays, stand); err != nil {
			return err
		}
	}
	tx.touch(stays)
	tx.touch(joins)
	link := clientLinkRow{ClientID: stays, JoinedID: joins, EventKey: string(tx.ev.Key), At: millis(tx.now)}
	return wrap("note link", db.Create(&link).Error)
}

// Chats are the client's conversations, the oldest first.
func (tx *Tx) Chats(client int64) ([]Client, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []clientRow
	if err := db.Where("id = ? OR person_id = ?", client, client).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("list chats", err)
	}
	var all []Client
	for _, row := range rows {
		c, err := tx.client(row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Reach is a person in the chat in which they hear from us: the one in which they write
// to us now; else, of those in which a message reaches them now, the one in which they
// wrote last; else, of those that they have not left, the one in which they wrote last.
// ErrNotFound: there is no such person.
func (tx *Tx) Reach(person int64) (best Client, err error) {
	chats, err := tx.Chats(person)
	if err != nil {
		return best, err
	}
	if len(chats) == 0 {
		return best, wrap("see where a client can be reached", ErrNotFound)
	}
	if len(chats) == 1 {
		return chats[0], nil
	}
	var rank, wrote int64 = -1, 0
	for _, c := range chats {
		r, at, err := tx.reachIn(c)
		if err != nil {
			return best, err
		}
		if r > rank || r == rank && at > wrote {
			best, rank, wrote = c, r, at
		}
	}
	return best, nil
}

// reachIn ranks a chat, the better the higher, and says when the client wrote there last.
func (tx *Tx) reachIn(c Client) (rank, wrote int64, err error) {
	switch {
	case !c.LeftAt.IsZero() || !c.ErasedAt.IsZero():
		return 0, 0, nil
	case c.Conversation == tx.ev.From && tx.ev.Kind != bot.Noticed:
		return 3, 0, nil
	}
	w, err := tx.Window(c.Conversation)
	if err != nil {
		return 0, 0, err
	}
	if rank = 2; w.Gone || w.Closed(tx.now) {
		rank = 1
	}
	err = tx.sql.QueryRowContext(tx.ctx, "SELECT at FROM turns WHERE conversation = ? AND kind <> ? ORDER BY seq DESC LIMIT 1", c.Conversation.String(), string(bot.Noticed)).Scan(&wrote)
	return rank, wrote, wrap("see when a client wrote last", ignored(err, sql.ErrNoRows))
}

// Unlink undoes the newest link of a client, "K-000012": who had been joined is
// a person of their own again, with all that was theirs. It gives their number.
// ErrNotFound: there is no such client, or nothing to undo.
func (s *Store) Unlink(ctx context.Context, client string) (again string, err error) {
	person, err := id("K", client)
	if err != nil {
		return "", err
	}
	err = s.inTx(ctx, "unlink chats", func(tx *sql.Tx) error {
		var link, joined int64
		err := tx.QueryRowContext(ctx, "SELECT id, joined_id FROM client_links WHERE client_id = ? AND undone_at = 0 ORDER BY id DESC LIMIT 1", person).Scan(&link, &joined)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := s.part(ctx, tx, joined); err != nil {
			return err
		}
		again = number("K", joined)
		if _, err = tx.ExecContext(ctx, "UPDATE client_links SET undone_at = ? WHERE id = ?", millis(s.now()), link); err != nil {
			return err
		}
		if err := s.aside(ctx, tx).reckonAll([]int64{person, joined}); err != nil {
			return err
		}
		return s.record(ctx, tx, Entry{Action: AuditUnlink, Client: person, Detail: again})
	})
	return again, err
}

// part makes one client a person again, with the chats that had been joined to
// them before.
func (s *Store) part(ctx context.Context, tx *sql.Tx, joined int64) error {
	group, err := linkedTo(ctx, tx, joined)
	if err != nil {
		return err
	}
	for _, chat := range group {
		if _, err := tx.ExecContext(ctx, "UPDATE clients SET person_id = ? WHERE id = ?", joined, chat); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "UPDATE clients SET person_id = 0 WHERE id = ?", joined)
	return err
}

// linkedTo are the clients that were joined to this one, and to those.
func linkedTo(ctx context.Context, tx *sql.Tx, person int64) (all []int64, err error) {
	todo := []int64{person}
	for len(todo) > 0 {
		rows, err := tx.QueryContext(ctx, "SELECT joined_id FROM client_links WHERE client_id = ? AND undone_at = 0", todo[0])
		if err != nil {
			return nil, err
		}
		todo = todo[1:]
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			all, todo = append(all, id), append(todo, id)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return all, nil
}
