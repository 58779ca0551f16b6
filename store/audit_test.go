package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// look puts on record that a colleague looked at a client.
func look(t *testing.T, s *store.Store, by store.Staff, client int64, what, why string) {
	t.Helper()
	turn(t, s, li, func(tx *store.Tx) error { return tx.NoteRevealBecause(by, client, what, why) })
}

// prove walks along the log and gives what is wrong, a line each.
func prove(t testing.TB, s *store.Store, anchors ...store.Anchor) (proof store.AuditProof, faults string) {
	t.Helper()
	proof, err := s.ProveAudit(t.Context(), anchors...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range proof.Faults {
		faults += fmt.Sprintf("%d %s\n", f.Seq, f.What)
	}
	return proof, faults
}

// listed is what the query finds, "who did of-whom besides".
func listed(t testing.TB, s *store.Store, q store.AuditQuery) (all []string) {
	t.Helper()
	rows, err := s.AuditList(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", r.By.Name, r.Action, r.Subject, r.Detail, r.Reason)))
	}
	return all
}

// What is on record stands there in its order, is found by client, colleague and
// action, and the log proves itself.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	me := enrol(t, s, li, store.RoleService, "小李")
	var client store.Client
	turn(t, s, anna, func(tx *store.Tx) (err error) { client, err = tx.Self("zh-CN"); return err })
	look(t, s, me, client.ID, store.RevealContact, "要打电话约时间")
	look(t, s, me, client.ID, store.RevealCandidate+"K-000012", "")
	if _, err := s.Hold(t.Context(), client.Code()); err != nil {
		t.Fatal(err)
	}
	if got, want := listed(t, s, store.AuditQuery{Client: client.Code()}), []string{
		"S-000001 read.contact K-000001  要打电话约时间", "S-000001 read.candidate K-000001 K-000012", "system client.hold K-000001",
	}; strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got)
	}
	if got := listed(t, s, store.AuditQuery{Actor: "S-000001", Action: "rights."}); len(got) != 1 || got[0] != "S-000001 rights.enrol S-000001 service" {
		t.Errorf("got %q", got)
	}
	if got := listed(t, s, store.AuditQuery{Since: s.Now().Add(time.Hour)}); len(got) != 0 {
		t.Errorf("of the future: %q", got)
	}
	if proof, faults := prove(t, s); faults != "" || proof.Entries != 5 || proof.Head.Seq != 5 {
		t.Errorf("%+v %s", proof, faults)
	}
}

// What commits with a turn is undone with it.
func TestAuditGoesWithItsTurn(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	me := enrol(t, s, li, store.RoleService, "小李")
	before, _ := prove(t, s)
	err := tryTurn(t.Context(), s, from(li), func(tx *store.Tx) error {
		return errors.Join(tx.NoteReveal(me, 1, store.RevealProfile), errors.New("no"))
	})
	if after, faults := prove(t, s); err == nil || after.Entries != before.Entries || faults != "" {
		t.Errorf("%+v, %+v, %v", before, after, err)
	}
}

// thief is what somebody does to the log behind the program's back.
type thief struct {
	what string
	do   []string
	says string
}

var thieves = []thief{
	{"changes whom it was", []string{"UPDATE audit SET client_id = 9 WHERE seq = 3"}, "3 was changed"},
	{"changes who did it", []string{"UPDATE audit SET actor = 'S-000009' WHERE seq = 2"}, "2 was changed"},
	{"changes when", []string{"UPDATE audit SET at = at + 1 WHERE seq = 4"}, "4 was changed"},
	{"takes one out", []string{"DELETE FROM audit WHERE seq = 3"}, "4 1 entries before it are missing"},
	{"takes the first out", []string{"DELETE FROM audit WHERE seq = 1"}, "2 1 entries before it are missing"},
	{"takes one out and closes the gap", []string{"DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = seq - 1 WHERE seq = 4", "UPDATE audit SET seq = seq - 1 WHERE seq = 5"}, "3 was changed"},
	{"puts one in", []string{"INSERT INTO audit SELECT seq + 1, at, actor, role, action, client_id, subject, detail, reason_mark, key_no, hash, hash FROM audit WHERE seq = 5"}, "6 was changed, or put in"},
	{"exchanges two", []string{"UPDATE audit SET seq = 99 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 4", "UPDATE audit SET seq = 4 WHERE seq = 99"}, "3 was changed"},
	{"cuts the end off", []string{"DELETE FROM audit WHERE seq = 5"}, "4 the log ends here, its head says at 5"},
	{"exchanges reasons", []string{"UPDATE audit_reasons SET seq = 99 WHERE seq = 4", "UPDATE audit_reasons SET seq = 4 WHERE seq = 5", "UPDATE audit_reasons SET seq = 5 WHERE seq = 99"}, "4 its reason was exchanged"},
	{"takes the secret away", []string{"DELETE FROM index_keys WHERE name = 'audit.1'"}, "1 was made with secret 1, which is not there"},
}

// Whoever has the database, but not the keys, leaves traces, whatever they do.
func TestThievesShow(t *testing.T) {
	t.Parallel()
	for _, th := range thieves {
		t.Run(th.what, func(t *testing.T) {
			t.Parallel()
			home := storetest.Site(t)
			s := storetest.Open(t, home)
			me := enrol(t, s, li, store.RoleService, "小李") // entries 1 and 2
			for _, why := range []string{"", "one", "two"} {
				look(t, s, me, 1, store.RevealProfile, why)
			}
			if _, faults := prove(t, s); faults != "" {
				t.Fatal(faults)
			}
			for _, trigger := range []string{"audit_no_update", "audit_no_delete"} {
				storetest.Exec(t, home, "DROP TRIGGER "+trigger)
			}
			for _, q := range th.do {
				storetest.Exec(t, home, q)
			}
			if _, faults := prove(t, s); !strings.Contains(faults, th.says) {
				t.Errorf("%q does not say %q", faults, th.says)
			}
		})
	}
}

// A tail that was cut off with the head moved back shows against an anchor alone.
func TestAnchorsShowACutTail(t *testing.T) {
	t.Parallel()
	home := storetest.Site(t)
	s := storetest.Open(t, home)
	me := enrol(t, s, li, store.RoleService, "小李")
	early, err := s.AuditHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	look(t, s, me, 1, store.RevealProfile, "")
	late, err := s.AuditHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, faults := prove(t, s, early, late); faults != "" {
		t.Fatal(faults)
	}
	storetest.Exec(t, home, "DROP TRIGGER audit_no_delete")
	storetest.Exec(t, home, "DELETE FROM audit WHERE seq = 3")
	storetest.Exec(t, home, "UPDATE audit_head SET seq = 2, hash = (SELECT hash FROM audit WHERE seq = 2)")
	if _, faults := prove(t, s, early); faults != "" {
		t.Errorf("against an anchor before the cut: %s", faults)
	}
	if _, faults := prove(t, s, late); !strings.Contains(faults, "2 the log ends here: 1 entries up to the anchor have been cut off") {
		t.Errorf("got %q", faults)
	}
	look(t, s, me, 2, store.RevealProfile, "") // grows over the cut
	if _, faults := prove(t, s, late); !strings.Contains(faults, "3 is not the entry that the anchor was taken from") {
		t.Errorf("got %q", faults)
	}
	again, err := store.ParseAnchor(late.String())
	if err != nil || again != late {
		t.Errorf("%v, %v", again, err)
	}
	for _, odd := range []string{"", "x", "3", "3:", "3:zz", "-1:" + late.Hash, late.Hash} {
		if _, err := store.ParseAnchor(odd); err == nil {
			t.Errorf("%q is an anchor", odd)
		}
	}
}

// The database itself refuses to change or remove an entry.
func TestTheDatabaseRefuses(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	enrol(t, s, li, store.RoleService, "小李")
	for _, q := range []string{"UPDATE audit SET detail = 'x'", "DELETE FROM audit"} {
		if err := storetest.TryExec(t, home, q); err == nil || !strings.Contains(err.Error(), "the audit log is not") {
			t.Errorf("%s: %v", q, err)
		}
	}
	if proof, faults := prove(t, s); faults != "" || proof.Entries == 0 {
		t.Errorf("%+v %s", proof, faults)
	}
}

// Many write at once, in several processes: no two entries follow the same one.
func TestTheChainDoesNotFork(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	stores := []*store.Store{storetest.Open(t, home), storetest.Open(t, home)}
	me := enrol(t, stores[0], li, store.RoleService, "小李")
	before, _ := prove(t, stores[0])
	const each, writers = 6, 6
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			s := stores[w%len(stores)]
			for i := range each {
				chat := bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(9000 + w)}
				ev := bot.Event{Key: bot.EventKey(fmt.Sprintf("fork:%d:%d", w, i)), From: chat, Kind: bot.Wrote, At: s.Now()}
				if err := tryTurn(context.Background(), s, ev, func(tx *store.Tx) error { return tx.NoteReveal(me, int64(w+1), store.RevealProfile) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if after, faults := prove(t, stores[1]); faults != "" || after.Entries != before.Entries+each*writers {
		t.Errorf("%+v %s", after, faults)
	}
}

// A client who goes leaves their number in the log, and takes the reasons along.
func TestAuditOutlivesTheClient(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	me := enrol(t, s, li, store.RoleService, "小李")
	var client store.Client
	turn(t, s, anna, func(tx *store.Tx) (err error) { client, err = tx.Self("zh-CN"); return err })
	look(t, s, me, client.ID, store.RevealContact, "陈安娜要改时间")
	storetest.InClear(t, home, s, "陈安娜要改时间")
	done, err := s.EraseClient(t.Context(), client.ID, "test")
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for _, r := range done.Remains(store.Keep{}) {
		told = told || r.What == "reveals"
	}
	if !told {
		t.Error("nobody is told that looks stay on record")
	}
	if got := listed(t, s, store.AuditQuery{Client: client.Code()}); len(got) != 2 || got[0] != "S-000001 read.contact K-000001" || got[1] != "system client.erase K-000001 E-000001 test" {
		t.Errorf("got %q", got)
	}
	if proof, faults := prove(t, s); faults != "" || proof.ReasonsGone != 1 {
		t.Errorf("%+v %s", proof, faults)
	}
}

// What releases before this one kept of looks moves into the log when the tables are
// brought up to date.
func TestOldRevealsMove(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	enrol(t, s, li, store.RoleService, "小李")
	for i := range 450 { // more than one batch
		storetest.Exec(t, home, fmt.Sprintf("INSERT INTO reveals (staff_id, client_id, what, event_key, at) VALUES (1, %d, 'candidate:K-000012', 'k', %d)", i+1, 1000+i))
	}
	if _, err := s.MigrateUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := s.AuditList(t.Context(), store.AuditQuery{Action: "read."})
	if err != nil || len(rows) != 450 {
		t.Fatalf("%d, %v", len(rows), err)
	}
	last := rows[449]
	if last.At.UnixMilli() != 1449 || last.By.Name != "S-000001" || last.By.Role != store.RoleService || last.Subject != "K-000450" || last.Detail != "K-000012" {
		t.Errorf("%+v", last)
	}
	if left := storetest.DumpOf(t, home, s).Column("reveals.what"); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
	if _, faults := prove(t, s); faults != "" {
		t.Error(faults)
	}
}

// A new secret leaves what the old one made provable; so does a new key of the keyset.
func TestTheChainOutlivesItsKeys(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	me := enrol(t, s, li, store.RoleService, "小李")
	if no, err := s.NewAuditKey(t.Context()); no != 2 || err != nil {
		t.Fatal(no, err)
	}
	look(t, s, me, 1, store.RevealProfile, "why")
	if proof, faults := prove(t, s); faults != "" || proof.Entries != 4 {
		t.Errorf("%+v %s", proof, faults)
	}
}
