package store

import (
	"context"
	"database/sql"
	"fmt"
)

// Standing is whether a client is to be proposed to others.
type Standing int

// The standings, the weightier the higher: of two chats that are linked the higher
// counts.
const (
	Searching Standing = iota
	Dating             // 交往中
	Paused             // 暂停服务
	Barred             // is not introduced to anybody again
)

// Standings names all of them, in their order.
var Standings = []string{"searching", "dating", "paused", "barred"}

// String is the standing's name.
func (s Standing) String() string { return Standings[s] }

// ParseStanding reads a standing's name.
func ParseStanding(name string) (Standing, error) {
	n := code(Standings, name)
	if n == 0 {
		return Searching, fmt.Errorf("store: there is no standing %q, only searching, dating, paused and barred", name)
	}
	return Standing(n - 1), nil
}

// SetStanding notes how a client stands, in all their chats.
func (tx *Tx) SetStanding(client int64, s Standing) error {
	if _, err := tx.exec("UPDATE clients SET standing = ? WHERE (id = ? OR person_id = ?) AND erased_at = 0", int(s), client, client); err != nil {
		return wrap("note a client's standing", err)
	}
	tx.touch(client)
	return nil
}

// SetStanding notes how a client, "K-000012", stands. ErrNotFound: no such client,
// or erased.
func (s *Store) SetStanding(ctx context.Context, client string, to Standing) error {
	person, err := id("K", client)
	if err != nil {
		return err
	}
	return s.inTx(ctx, "set standing", func(t *sql.Tx) error {
		tx := s.aside(ctx, t)
		chats, err := tx.chatRows(person)
		if err != nil {
			return err
		}
		if len(chats) == 0 || chats[0].ErasedAt != 0 {
			return ErrNotFound
		}
		if err := tx.SetStanding(person, to); err != nil {
			return err
		}
		if err := tx.settle(); err != nil {
			return err
		}
		return s.record(ctx, t, Entry{Action: AuditStanding, Client: person, Detail: to.String()})
	})
}
