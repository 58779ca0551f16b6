package store

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
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
	personal := []string{"clients", "letters"} // which EraseClient erases itself
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
