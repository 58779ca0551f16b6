package flows_test

import (
	"strings"
	"testing"

	"redthread/bot"
	"redthread/store"
)

// A colleague finds a client by the telephone number, in whatever form it is
// typed, thirty times an hour; a client finds nobody.
func TestFoundByPhone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	anna, bo, li := s.person("anna"), s.person("bo"), s.person("li")
	s.hire(li)
	if _, err := s.store.Turn(t.Context(), s.event(anna), func(tx *store.Tx, _ *bot.Session) error {
		_, err := tx.ClaimPhone("+8613800138000", false)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, typed := range []string{"找 13800138000", "查138 0013 8000", "find +86 138-0013-8000", "找１３８００１３８０００"} {
		s.act(li, typed)
		if heard := s.said("li"); !strings.Contains(heard, "K-000001") {
			t.Errorf("%s: %s", typed, heard)
		}
	}
	s.act(bo, "找 13800138000")
	if heard := s.said("bo"); strings.Contains(heard, "K-000001") {
		t.Errorf("a client is told: %s", heard)
	}
	for range 26 {
		s.act(li, "找 13900139000")
	}
	s.said("li")
	s.act(li, "找 13800138000")
	if heard := s.said("li"); strings.Contains(heard, "K-000001") || !strings.Contains(heard, "30") {
		t.Errorf("the 31st look: %s", heard)
	}
}
