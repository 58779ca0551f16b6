package main

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"redthread/bot"
	"redthread/store"
)

// called is how each command that is on record as a whole can be called in an empty
// house.
var called = map[string]string{
	"staff list": "", "client erased": "E-000001",
	"source new": "x", "source list": "", "source show": "x", "source retire": "x",
	"outbox list": "", "outbox retry": "--since 1h", "outbox drop": "telegram:42 7",
	"letters list": "", "letters show": "3", "letters replay": "3",
	"retention": "--dry-run", "keys rotate": "", "keys prune": "",
	"knowledge retire": "Q-000001", "guard log": "",
	"package set": "K-000012 --count 6 --until 2027-12-31", "package show": "K-000012",
	"audit list": "--client K-000012", "incident": "--from 1h",
}

// TestEveryCommandIsOnRecord: a command stands in the audit log under the name of who
// called it, or says why not.
func TestEveryCommandIsOnRecord(t *testing.T) {
	h := ready(t)
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, leaf := range kong.Must(&commands{}).Model.Leaves(false) {
		name := commandOf(leaf)
		known[name] = true
		args, whole := called[name]
		switch {
		case ownRecord[name] || notRecorded[name] != "":
		case !whole:
			t.Errorf("%s: is it on record? Give it a line in record.go, or here", name)
		default:
			before := len(recorded(h, name))
			var out strings.Builder
			run(t.Context(), append([]string{"-c", h.config}, strings.Fields(name+" "+args)...), &out, &out)
			if all := recorded(h, name); len(all) != before+1 || all[before].By != store.Operator(u.Username) {
				t.Errorf("%s leaves %+v\n%s", name, all, out.String())
			}
		}
	}
	for _, list := range []map[string]string{notRecorded, called} {
		for name := range list {
			if !known[name] {
				t.Errorf("there is no command %s", name)
			}
		}
	}
	for name := range ownRecord {
		if !known[name] {
			t.Errorf("there is no command %s", name)
		}
	}
	if all := recorded(h, "audit list"); len(all) != 1 || all[0].Subject != "K-000012" || all[0].Client != 12 {
		t.Errorf("whom it was about is not on record: %+v", all)
	}
}

func recorded(h *house, command string) []store.AuditRow {
	h.t.Helper()
	return recordedAs(h, "operator."+strings.ReplaceAll(command, " ", "_"))
}

func recordedAs(h *house, action string) []store.AuditRow {
	h.t.Helper()
	all, err := h.open().AuditList(h.t.Context(), store.AuditQuery{Action: action})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

// TestAuditCommands reads the log, proves it, and shows a cut tail against an anchor.
func TestAuditCommands(t *testing.T) {
	h := ready(t)
	h.run("staff invite --role service", exitDone)
	said := h.run("audit list", exitDone, "rights.invite", "operator:", "service")
	if !strings.Contains(said, "operator.audit_list") {
		t.Errorf("that the log was read is not in it:\n%s", said)
	}
	h.run("audit list --action rights.", exitDone, "rights.invite")
	h.run("audit list --since 2030-01-01", exitDone, "None.")
	h.run("audit list --since tomorrow", exitFailed, `"tomorrow" is no time`)
	h.run("audit list --client C-000001", exitFailed, "is no client's number")
	anchor := strings.TrimSpace(h.run("audit head", exitDone, ":"))
	h.run("audit verify", exitDone, "✓ ", "--since-anchor")
	h.run("audit verify --since-anchor "+anchor, exitDone, "the head is "+anchor)
	h.run("audit verify --since-anchor x", exitFailed, `"x" is no anchor`)
	n, hash, _ := strings.Cut(anchor, ":")
	h.run("audit verify --since-anchor 9"+n+":"+hash, exitFailed, "have been cut off")
	h.run("audit verify --since-anchor "+n+":"+strings.Repeat("0", len(hash)), exitFailed, "is not the entry that the anchor was taken from")
}

// TestIncident: whom a leak concerns, drafts in a folder, names only when asked for and
// then on record.
func TestIncident(t *testing.T) {
	h := ready(t)
	s := h.open()
	who := bot.Conversation{Channel: "telegram", Chat: "42"}
	_, err := s.Turn(t.Context(), bot.Event{Key: "telegram:1", From: who, Kind: bot.Wrote, At: s.Now()}, func(tx *store.Tx, _ *bot.Session) error {
		me, err := tx.Self("zh-CN")
		if err == nil {
			_, err = tx.ClaimPhone("+8613800138000", true)
		}
		return errors.Join(err, tx.NoteReveal(store.Staff{ID: 7}, me.ID, store.RevealContact), tx.NoteReveal(store.Staff{ID: 7}, me.ID, store.RevealDate+":M-000001"))
	})
	if err != nil {
		t.Fatal(err)
	}
	h.run("incident", exitMisused, "--from")
	h.run("incident --from never", exitFailed, `"never" is no time`)
	h.run("incident --from 2h --client anna", exitFailed, "is no client's number")
	h.run("incident --from 2h --to 3h", exitFailed, "--from must be before --to")
	h.run("incident --from 2h --staff 8", exitDone, "Nobody")
	h.run("incident --from 2h --staff 7", exitDone, "K-000001", "S-000007", "identity", "dates", "1 clients.")
	out := filepath.Join(h.dir, "leak")
	said := h.run("incident --from 2h --out "+out, exitDone, "4 drafts", "FILL IN")
	list := read(t, filepath.Join(out, "affected.csv"))
	if strings.Contains(list+said, "13800138000") || !strings.Contains(list, "K-000001,telegram,zh-CN,no") {
		t.Errorf("the list says\n%s", list)
	}
	for _, file := range []string{"authority.zh-CN.txt", "authority.en.txt", "clients/K-000001.zh-CN.txt", "clients/K-000001.en.txt"} {
		if text := read(t, filepath.Join(out, file)); !strings.Contains(text, "【待填") && !strings.Contains(text, "[FILL IN") {
			t.Errorf("%s has no gaps:\n%s", file, text)
		}
	}
	h.run("incident --from 2h --out "+out, exitFailed, "exists")
	before := len(recordedAs(h, "read.contact"))
	h.run("incident --from 2h --names --out "+out+"2", exitDone)
	if list := read(t, filepath.Join(out+"2", "affected.csv")); !strings.Contains(list, "13800138000") {
		t.Errorf("the list says\n%s", list)
	}
	all := recordedAs(h, "read.contact")
	if len(all) != before+1 || !strings.HasPrefix(all[before].By.Name, "operator:") || all[before].Client != 1 {
		t.Errorf("on record is %+v", all)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
