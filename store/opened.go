package store

import (
	"context"
	"fmt"
	"os"
	"strings"

	"redthread/bot"
)

// EachOpened visits everything that is sealed, opened: the columns, the pictures,
// and the copies of sessions in Redis. Tests look through it for what must be
// gone; what nobody can open is left out.
func (s *Store) EachOpened(ctx context.Context, visit func(where string, plain []byte)) error {
	show := func(where, place string, sealed []byte) {
		if plain, err := s.box.Open(place, sealed); err == nil {
			visit(where, plain)
		}
	}
	for _, c := range sealedColumns {
		err := s.eachValue(ctx, c, "? = 0", 0, func(v sealedValue) error {
			show(fmt.Sprint(c, " ", v.keys), v.place, v.sealed)
			return nil
		})
		if err != nil {
			return fmt.Errorf("store: open %s: %w", c, err)
		}
	}
	err := s.eachFile(ctx, func(id, path string) error {
		sealed, err := os.ReadFile(path)
		show("file "+id, filePlace(bot.MediaID(id)), sealed)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: open pictures: %w", err)
	}
	return s.EachCopy(ctx, func(key, value string) {
		conversation := strings.TrimSuffix(strings.TrimPrefix(key, "rt:{"), "}:session")
		if sealed, ok := sessionIn(value); ok {
			show("redis "+key, sessionPlace(conversation), sealed)
		}
	})
}
