package storetest

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"redthread/store"
)

// Dump is everything a thief of the house finds: every value of every table, all
// of Redis, every file of the media folder and of other folders, and SQLite's own
// files with what it has deleted.
type Dump struct{ things []thing }

type thing struct {
	where string
	what  []byte
}

// DumpOf looks through the house. s is a store that is open on it; folders are
// more places with files, such as the spool.
func DumpOf(t testing.TB, home store.Config, s *store.Store, folders ...string) Dump {
	t.Helper()
	var d Dump
	db := open(t, home)
	defer func() { _ = db.Close() }() // it was read only
	for _, table := range tables(t, db, home) {
		d.rows(t, db, table)
	}
	if err := s.EachCopy(t.Context(), func(key, value string) {
		d.add("redis "+key, []byte(key+" "+value))
	}); err != nil {
		t.Fatal(err)
	}
	if file, ok := strings.CutPrefix(home.Database, "sqlite:"); ok {
		for _, ending := range []string{"", "-wal", "-journal"} {
			if b, err := os.ReadFile(file + ending); err == nil {
				d.add("file "+filepath.Base(file)+ending, b)
			}
		}
	}
	for _, folder := range append(folders, home.Media) {
		d.files(t, folder)
	}
	return d
}

// Opened is everything that stands sealed in the house, opened: what whoever has
// the keys can read.
func Opened(t testing.TB, s *store.Store) (d Dump) {
	t.Helper()
	if err := s.EachOpened(t.Context(), func(where string, plain []byte) { d.add(where, plain) }); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *Dump) add(where string, what []byte) { d.things = append(d.things, thing{where, what}) }

func (d *Dump) rows(t testing.TB, db *sql.DB, table string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; rows.Next(); n++ {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new([]byte)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			d.add(fmt.Sprintf("%s.%s, row %d", table, names[i], n), *v.(*[]byte))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func (d *Dump) files(t testing.TB, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		d.add("file "+path, append([]byte(filepath.Base(path)+"\n"), b...))
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
}

// shortest is the least a form of a value must have, in bytes: what is shorter
// turns up by chance in anything sealed.
const shortest = 4

// Find says where each of the values stands, and how it is written there. What
// is shorter than four bytes is not looked for.
func (d Dump) Find(values ...string) (found []string) {
	for _, v := range values {
		for _, f := range forms(v) {
			for _, th := range d.things {
				if bytes.Contains(th.what, f.what) {
					found = append(found, fmt.Sprintf("%q stands in %s (%s)", v, th.where, f.where))
				}
			}
		}
	}
	return found
}

// Has says that there is a value at all; a test that finds nothing should know
// that it looked at something.
func (d Dump) Has(value string) bool { return len(d.Find(value)) > 0 }

// Column is every value of a column, "phones.digest".
func (d Dump) Column(name string) (values []string) {
	for _, th := range d.things {
		if strings.HasPrefix(th.where, name+", row ") {
			values = append(values, string(th.what))
		}
	}
	return values
}

// InClear fails the test for each value that stands anywhere in the house.
func InClear(t testing.TB, home store.Config, s *store.Store, values ...string) {
	t.Helper()
	d := DumpOf(t, home, s)
	if len(d.things) < 20 {
		t.Errorf("only %d things were looked at; that proves nothing", len(d.things))
	}
	for _, f := range d.Find(values...) {
		t.Error(f)
	}
}

// forms are the ways in which a value may stand somewhere and still be read.
func forms(v string) []thing {
	var all []thing
	add := func(how string, b []byte) {
		for _, f := range all {
			if bytes.Equal(f.what, b) {
				return
			}
		}
		if len(b) >= shortest {
			all = append(all, thing{how, b})
		}
	}
	plain := []byte(v)
	add("as it is", plain)
	add("upper case", []byte(strings.ToUpper(v)))
	var little, big []byte
	for _, u := range utf16.Encode([]rune(v)) {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	add("UTF-16, low byte first", little)
	add("UTF-16, high byte first", big)
	if gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(plain); err == nil {
		add("GB18030", gb)
	}
	add("hexadecimal", []byte(hex.EncodeToString(plain)))
	add("hexadecimal, capitals", []byte(strings.ToUpper(hex.EncodeToString(plain))))
	for shift := range 3 {
		for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64 for addresses": base64.RawURLEncoding} {
			add(name, inner64(e, plain, shift))
		}
	}
	add("in an address", []byte(url.QueryEscape(v)))
	add("in a path", []byte(url.PathEscape(v)))
	add("in an address, small", []byte(strings.ToLower(url.QueryEscape(v))))
	add("JSON", []byte(strings.Trim(strconv.QuoteToASCII(v), `"`)))
	if quoted, err := json.Marshal(v); err == nil {
		add("JSON, quoted", bytes.Trim(quoted, `"`))
	}
	return all
}

// inner64 is what base64 makes of the value behind shift other bytes, without
// the letters that depend on its neighbours.
func inner64(e *base64.Encoding, v []byte, shift int) []byte {
	b := []byte(e.EncodeToString(append(make([]byte, shift), v...)))
	from := []int{0, 2, 3}[shift]
	if (shift+len(v))%3 != 0 {
		b = b[:len(b)-1]
	}
	return b[min(from, len(b)):]
}

// Column is a column of a table, its type in capitals.
type Column struct{ Table, Name, Type string }

// Columns are all columns of the house's tables, read from the database.
func Columns(t testing.TB, home store.Config) (all []Column) {
	t.Helper()
	db := open(t, home)
	defer func() { _ = db.Close() }() // it was read only
	for _, table := range tables(t, db, home) {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table+" WHERE 1 = 0")
		if err != nil {
			t.Fatal(err)
		}
		types, err := rows.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range types {
			all = append(all, Column{table, c.Name(), strings.ToUpper(c.DatabaseTypeName())})
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// open opens the house's database beside its store.
func open(t testing.TB, home store.Config) *sql.DB {
	t.Helper()
	kind, where, _ := strings.Cut(home.Database, ":")
	if kind == "sqlite" {
		where = "file:" + where + "?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(kind, where)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func tables(t testing.TB, db *sql.DB, home store.Config) (all []string) {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if strings.HasPrefix(home.Database, "mysql:") {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
	}
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		all = append(all, name)
	}
	if len(all) == 0 || rows.Err() != nil {
		t.Fatal("the database has no tables", rows.Err())
	}
	return all
}

// Exec changes the house's tables behind the store's back, as an older release or
// another program might have.
func Exec(t testing.TB, home store.Config, query string, args ...any) {
	t.Helper()
	if err := TryExec(t, home, query, args...); err != nil {
		t.Fatal(err)
	}
}

// TryExec is Exec of what the database may refuse.
func TryExec(t testing.TB, home store.Config, query string, args ...any) error {
	t.Helper()
	db := open(t, home)
	defer func() { _ = db.Close() }() // the statement has been answered
	_, err := db.ExecContext(t.Context(), query, args...)
	return err
}
