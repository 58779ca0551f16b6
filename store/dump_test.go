package store_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// What looks for personal data finds it in every place and in every form, so
// that a test in which it finds nothing proves something.
func TestTheDumpFindsEverything(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	var wide []byte
	for _, u := range utf16.Encode([]rune("陈安娜 13800138000")) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	quoted, err := json.Marshal("a <陈安娜>")
	if err != nil {
		t.Fatal(err)
	}
	for name, hidden := range map[string]string{
		"plain": "x陈安娜y", "hex": hex.EncodeToString([]byte("..陈安娜..")), "wide": string(wide), "json": string(quoted),
		"base64, first": base64.StdEncoding.EncodeToString([]byte("陈安娜 and more")), "base64, second": base64.StdEncoding.EncodeToString([]byte("n陈安娜 and more")),
		"base64, third": base64.URLEncoding.EncodeToString([]byte("na陈安娜")), "address": url.QueryEscape("name=陈安娜"),
	} {
		if err := s.Shared().Set(t.Context(), "hidden", hidden, 1e9); err != nil {
			t.Fatal(err)
		}
		if !storetest.DumpOf(t, home, s).Has("陈安娜") {
			t.Errorf("%s: not found in Redis", name)
		}
	}
	if err := s.ForgetSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := storetest.DumpOf(t, home, s).Find("陈安娜"); len(found) > 0 {
		t.Errorf("it is gone, and found: %v", found)
	}
	if err := os.MkdirAll(home.Media, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home.Media, "f"), []byte("陈安娜"), 0o600); err != nil {
		t.Fatal(err)
	}
	if !storetest.DumpOf(t, home, s).Has("陈安娜") {
		t.Error("not found in a file")
	}
	take(t, s, bot.Event{Key: "key-of-a-turn", From: anna, Kind: bot.Wrote, Text: "t", At: s.Now()})
	if where := strings.Join(storetest.DumpOf(t, home, s).Find("key-of-a-turn"), " "); !strings.Contains(where, "turns.event_key") {
		t.Errorf("a table was not read: %s", where)
	}
}

// Every binary column of the database as it really is holds something sealed.
// One that is not in the list would be lost when an old key is removed. On the
// servers' home this reads MySQL's own account of its tables.
func TestEveryBinaryColumnIsListed(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	storetest.Open(t, home)
	found := 0
	for _, c := range storetest.Columns(t, home) {
		if !strings.Contains(c.Type, "BLOB") && !strings.Contains(c.Type, "BINARY") {
			continue
		}
		found++
		if name := c.Table + "." + c.Name; !slices.Contains(store.SealedKinds(), name) {
			t.Errorf("%s is not in sealedColumns", name)
		}
	}
	if listed := len(store.SealedKinds()) - 1; found != listed { // the pictures are no column
		t.Errorf("%d binary columns, %d in the list", found, listed)
	}
}
