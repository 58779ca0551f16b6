package store_test

import (
	"errors"
	"testing"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// came is a person who comes by a link.
func came(t *testing.T, s *store.Store, who bot.Conversation, scene string) (c store.Client) {
	t.Helper()
	if err := tryTurn(t.Context(), s, bot.Event{From: who, Kind: bot.Arrived, Source: scene}, func(tx *store.Tx) (err error) {
		if err := tx.Meet(); err != nil {
			return err
		}
		c, err = tx.Self("zh-CN")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func count(t *testing.T, s *store.Store, code string) store.SourceCount {
	t.Helper()
	all, err := s.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Code == code {
			return c
		}
	}
	t.Fatalf("no source %s", code)
	return store.SourceCount{}
}

// The first source binds, later ones count, and nothing of a link that is none of
// ours is kept.
func TestSources(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	maker := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	card, err1 := s.NewSource(t.Context(), store.Source{Name: "王红娘的名片", Campaign: "春季", Matchmaker: maker.ID})
	poster, err2 := s.NewSource(t.Context(), store.Source{Name: "海报"})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if card.Code == poster.Code {
		t.Fatal("two sources have one code")
	}
	bo := bot.Conversation{Channel: "telegram", Chat: "5"}

	c := came(t, s, anna, card.Code)
	if c.Source != card.Code || c.SourceName != "王红娘的名片" || c.OwnerID != maker.ID {
		t.Errorf("a newcomer by the card: %+v", c)
	}
	for range 3 {
		c = came(t, s, anna, poster.Code)
	}
	if c.Source != card.Code || c.OwnerID != maker.ID {
		t.Errorf("a second source took the client: %+v", c)
	}
	for _, scene := range []string{"", "13800138000", "s_0000000000000000", "s_000000000000000U", card.Code + "x"} {
		if c := came(t, s, bo, scene); c.Source != "" || c.OwnerID != 0 {
			t.Errorf("%q bound a client: %+v", scene, c)
		}
	}
	if c := came(t, s, bo, poster.Code); c.Source != poster.Code || c.OwnerID != 0 {
		t.Errorf("an old friend by the poster: %+v", c)
	}
	if c := came(t, s, mei, poster.Code); c.Source != "" {
		t.Error("a colleague became a newcomer")
	}
	file(t, s, anna)

	if n := count(t, s, card.Code); n.Visits != 1 || n.Clients != 1 || n.Newcomers != 1 || n.Complaints != 1 || n.Name != "王红娘的名片" || n.Campaign != "春季" {
		t.Errorf("the card: %+v", n)
	}
	if n := count(t, s, poster.Code); n.Visits != 4 || n.Clients != 2 || n.Newcomers != 0 || n.Complaints != 0 {
		t.Errorf("the poster: %+v", n)
	}
	if found := storetest.DumpOf(t, home, s).Find("王红娘", "13800138000"); len(found) > 0 {
		t.Errorf("found in clear: %v", found)
	}
}

// A source that has ended, and a matchmaker who has left, bind nobody.
func TestSourcesEnd(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	maker := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	card, err := s.NewSource(t.Context(), store.Source{Name: "名片", Matchmaker: maker.ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeStaff(t.Context(), maker.ID); err != nil {
		t.Fatal(err)
	}
	if c := came(t, s, anna, card.Code); c.Source != card.Code || c.OwnerID != 0 {
		t.Errorf("bound to who has left: %+v", c)
	}
	if _, err := s.NewSource(t.Context(), store.Source{Name: "名片", Matchmaker: maker.ID}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a card for who has left: %v", err)
	}
	if err := s.RetireSource(t.Context(), card.Code); err != nil {
		t.Fatal(err)
	}
	if err := s.RetireSource(t.Context(), card.Code); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("retired twice: %v", err)
	}
	if c := came(t, s, bot.Conversation{Channel: "telegram", Chat: "5"}, card.Code); c.Source != "" {
		t.Errorf("bound by a source that has ended: %+v", c)
	}
	if n := count(t, s, card.Code); n.Visits != 1 || n.RetiredAt.IsZero() {
		t.Errorf("%+v", n)
	}
}
