package store

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every table that holds something of clients is in the copy of their data, or
// says why not.
func TestEveryTableIsCopiedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	var listed []string
	for _, p := range keptParts {
		listed = append(listed, p.tables...)
	}
	for table, why := range notCopied {
		if why == "" {
			t.Errorf("%s says nothing", table)
		}
		listed = append(listed, table)
	}
	personal := []string{"clients", "letters", "turns", "outbox_heads", "erasure_orders"} // which are seen to by themselves
	for _, p := range personalTables {
		personal = append(personal, p.table)
	}
	for _, table := range personal {
		if !slices.Contains(listed, table) {
			t.Errorf("%s stands neither in keptParts nor in notCopied", table)
		}
	}
	for i, table := range listed {
		if !slices.Contains(personal, table) || slices.Contains(listed[:i], table) {
			t.Errorf("%s is not personal, or listed twice", table)
		}
	}
}

// Every table says what becomes of it when a client is erased. One that says
// nothing might keep what must go.
func TestEveryTableIsErasedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	create, known := regexp.MustCompile(`CREATE TABLE (\w+)`), map[string]bool{}
	err := fs.WalkDir(migrations, "migrations", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := fs.ReadFile(migrations, path)
		for _, m := range create.FindAllSubmatch(src, -1) {
			known[string(m[1])] = true
		}
		return err
	})
	if err != nil || len(known) < 20 {
		t.Fatal(len(known), err)
	}
	known["goose_db_version"] = true
	var listed []string
	for _, p := range personalTables {
		listed = append(listed, p.table)
	}
	listed = append(listed, slices.Collect(maps.Keys(notPersonal))...)
	for _, table := range slices.Sorted(maps.Keys(known)) {
		if !slices.Contains(listed, table) {
			t.Errorf("%s stands neither in personalTables nor in notPersonal", table)
		}
	}
	for i, table := range listed {
		if !known[table] || slices.Contains(listed[:i], table) {
			t.Errorf("%s is no table, or listed twice", table)
		}
	}
}

// What stays is told to clients: nothing may stay that they are not told of.
func TestEverythingThatStaysIsTold(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, r := range remains {
		for _, table := range r.tables {
			told[table] = true
		}
	}
	for _, p := range personalTables {
		if p.become != "" && p.table != "media" && !told[p.table] { // pictures are erased right after
			t.Errorf("%s stays, and no remain tells of it", p.table)
		}
	}
	for _, table := range []string{"clients", "turns"} { // what erase itself leaves
		if !told[table] {
			t.Errorf("%s stays, and no remain tells of it", table)
		}
	}
	doc, err := os.ReadFile("../docs/privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range Remains(Keep{}) {
		if !strings.Contains(string(doc), "`"+r.What+"`") {
			t.Errorf("docs/privacy.md does not tell of what stays: `%s`", r.What)
		}
	}
}
