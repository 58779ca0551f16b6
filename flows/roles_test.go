package flows_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"redthread/flows"
	"redthread/store"
)

// TestEveryDoorHasARight holds the table of rights against the cards and flows
// that there are: a new one that is for colleagues needs its line in roles.go.
func TestEveryDoorHasARight(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	roles := map[string][]store.Role{} // that some button of the card is for
	said := map[string][]store.Role{}  // that the card says itself
	for _, d := range newStage(t).engine.StaffDoors() {
		action := flows.Behind(d.Name)
		if action == "" {
			t.Errorf("%s leads to no action: give it a line in flows/roles.go", d.Name)
			continue
		}
		used[action] = true
		card, _, _ := strings.Cut(d.Name, "/")
		used[card], used[d.Name] = true, true
		said[card] = d.Roles
		for _, role := range store.Roles {
			if flows.May(role, action) && !slices.Contains(roles[card], role) {
				roles[card] = append(roles[card], role)
			}
		}
	}
	for card, all := range said {
		for _, role := range store.Roles {
			if slices.Contains(all, role) != slices.Contains(roles[card], role) {
				t.Errorf("%s is for %v by its own words, for %v by the table", card, all, roles[card])
			}
		}
	}
	for _, r := range flows.Rights() {
		for _, door := range r.Doors {
			if !used[door] {
				t.Errorf("%s: there is no %s", r.Action, door)
			}
		}
	}
}

// TestRolesPage keeps docs/roles.md true.
func TestRolesPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Who may do what\n\nPrinted from `flows/roles.go`; `go test ./flows -update` writes this page anew. ✓ may, – is told kindly that it is not for them.\n" +
		"Who does not work here, or not any more, gets no answer at all.\n\n| | ")
	for _, role := range store.Roles {
		fmt.Fprintf(&b, "%s | ", role)
	}
	b.WriteString("name in the log |\n|---|" + strings.Repeat("---|", len(store.Roles)) + "---|\n")
	for _, r := range flows.Rights() {
		b.WriteString("| " + r.Means + " | ")
		for _, role := range store.Roles {
			b.WriteString(map[bool]string{true: "✓", false: "–"}[slices.Contains(r.Roles, role)] + " | ")
		}
		b.WriteString("`" + r.Action + "` |\n")
	}
	const file = "../docs/roles.md"
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	compare(t, file, b.String(), string(want))
}
