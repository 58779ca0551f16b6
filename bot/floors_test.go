package bot

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// floors is the house: a package imports only packages from lower floors, and
// neighbours never import each other.
var floors = map[string]int{
	"bot":           0,
	"bot/calendar":  0,
	"bot/folder":    0,
	"bot/geo":       0,
	"bot/hanzi":     0,
	"bot/logging":   0,
	"bot/nearest":   0,
	"bot/numeral":   0,
	"bot/pace":      0,
	"bot/queue":     0,
	"bot/region":    0,
	"bot/sla":       0,
	"store/seal":    0,
	"bot/birth":     1,
	"bot/config":    1,
	"bot/guard":     1,
	"bot/icalendar": 1,
	"bot/knowledge": 1,
	"bot/mask":      1,
	"bot/measure":   1,
	"bot/metrics":   1,
	"bot/phone":     1,
	"bot/spool":     1,
	"bot/telegram":  1,
	"bot/venues":    1,
	"bot/wechat":    1,
	"bot/when":      1,
	"store":         1,
	"templates":     1,
	"bot/copies":    2,
	"bot/deadline":  2,
	"bot/dialog":    2,
	"bot/media":     2,
	"bot/outbox":    2,
	"flows":         3,
	"bot/server":    4,
	"cmd/demo":      5,
	"cmd/load/day":  5,
	"cmd/load":      6,
	"cmd/redthread": 5,
}

// outside the house: nothing of ours is imported by the emulator, and only
// tests import storetest, which opens stores for them.
var outside = []string{"bot/emulator", "bot/copies/copiestest", "store/storetest"}

// owners says which packages may import a module or a platform's adapter, so
// that it can be replaced in one place.
var owners = map[string][]string{
	"database/sql":                   {"store", "store/storetest", "cmd/load", "cmd/load/day"},
	"gorm.io/":                       {"store"},
	"github.com/redis/":              {"store", "cmd/load"},
	"github.com/go-redis/":           {"store"},
	"github.com/alicebob/miniredis/": {"store", "cmd/load"},
	"github.com/pressly/goose/":      {"store"},
	"github.com/tink-crypto/":        {"store/seal"},
	"github.com/silenceper/wechat/":  {"bot/wechat"},
	"github.com/go-telegram/bot":     {"bot/telegram"},
	"github.com/knadh/koanf/":        {"bot/config"},
	"github.com/prometheus/":         {"bot/metrics"},
	"github.com/nyaruka/":            {"bot/phone"},
	"github.com/arran4/":             {"bot/icalendar"},
	"github.com/6tail/":              {"bot/birth", "bot/calendar"},
	"github.com/alecthomas/kong":     {"cmd/redthread"},
	"redthread/bot/telegram":         {"bot/server", "cmd/demo", "cmd/redthread", "cmd/load/day"},
	"redthread/bot/wechat":           {"bot/server", "cmd/demo", "cmd/redthread", "cmd/load/day"},
}

// barred are packages of the standard library that would let a floor do what
// it must leave to another.
var barred = map[string][]string{
	"flows":      {"net", "net/http", "os", "database/sql"},
	"bot/dialog": {"net", "net/http", "os", "database/sql"},
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestFloors(t *testing.T) {
	packages := listPackages(t)
	if len(packages) < len(floors) {
		t.Fatalf("go list knows %d packages, the house has %d", len(packages), len(floors))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, "redthread/")
		for _, i := range p.Imports {
			if why := misplaced(name, i); why != "" {
				t.Errorf("%s imports %s: %s", name, i, why)
			}
		}
		if _, known := floors[name]; !known && !slices.Contains(outside, name) {
			t.Errorf("%s stands on no floor: give it one in this test and in doc.go", name)
		}
	}
}

func TestFloorsAreKept(t *testing.T) {
	for _, c := range [][2]string{
		{"bot", "redthread/store"},
		{"bot", "golang.org/x/text/width"},
		{"store", "redthread/templates"},
		{"store", "redthread/bot/dialog"},
		{"flows", "redthread/bot/wechat"},
		{"flows", "redthread/store/storetest"},
		{"flows", "net/http"},
		{"flows", "gorm.io/gorm"},
		{"bot/emulator", "redthread/bot"},
		{"bot/server", "redthread/bot/emulator"},
		{"bot/telegram", "github.com/silenceper/wechat/v2/util"},
		{"bot/outbox", "github.com/redis/go-redis/v9"},
	} {
		if misplaced(c[0], c[1]) == "" {
			t.Errorf("%s may import %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{
		{"bot", "net/http"},
		{"flows", "redthread/store"},
		{"store", "gorm.io/gorm/clause"},
		{"cmd/demo", "redthread/bot/emulator"},
		{"store/storetest", "redthread/store"},
	} {
		if why := misplaced(c[0], c[1]); why != "" {
			t.Errorf("%s may not import %s: %s", c[0], c[1], why)
		}
	}
}

// misplaced says why a package may not import path, or "".
func misplaced(name, path string) string {
	if slices.Contains(barred[name], path) {
		return "this floor leaves that to others"
	}
	for prefix, who := range owners {
		if strings.HasPrefix(path, prefix) && !slices.Contains(who, name) {
			return "only " + strings.Join(who, " and ") + " may"
		}
	}
	if ours, ok := strings.CutPrefix(path, "redthread/"); ok {
		return misplacedOurs(name, ours)
	}
	if first, _, _ := strings.Cut(path, "/"); name == "bot" && strings.Contains(first, ".") {
		return "the ground floor stands on the standard library alone"
	}
	return ""
}

func misplacedOurs(name, path string) string {
	switch {
	case name == "bot/emulator":
		return "the emulator imports none of ours"
	case name == "store/storetest":
		return "" // itself imported by tests only
	case path == "store/storetest":
		return "it is for tests"
	case path == "bot/emulator" && !strings.HasPrefix(name, "cmd/"):
		return "the emulator is for the commands and for tests"
	case path != "bot/emulator" && floors[path] >= floors[name]:
		return "that is not a lower floor"
	}
	return ""
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "redthread/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}
