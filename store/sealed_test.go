package store

import (
	"io/fs"
	"regexp"
	"slices"
	"testing"
)

// SealedKinds lists what Reseal goes through.
func SealedKinds() []string {
	var all []string
	for _, c := range sealedColumns {
		all = append(all, c.String())
	}
	return append(all, mediaFiles)
}

// Every binary column of the tables holds something sealed. One that is not in
// the list would be lost when an old key is removed.
func TestEverySealedColumnIsListed(t *testing.T) {
	table := regexp.MustCompile(`(?:CREATE|ALTER) TABLE (\w+)`)
	column := regexp.MustCompile(`(?m)^\s*(?:ADD COLUMN\s+)?(\w+)\s+(?:TINY|MEDIUM|LONG)?BLOB\b`)
	found := 0
	err := fs.WalkDir(migrations, "migrations", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := fs.ReadFile(migrations, path)
		if err != nil {
			return err
		}
		of := table.FindSubmatch(src)
		for _, c := range column.FindAllSubmatch(src, -1) {
			found++
			name := string(of[1]) + "." + string(c[1])
			if !slices.Contains(SealedKinds(), name) {
				t.Errorf("%s: %s is not in sealedColumns", path, name)
			}
		}
		return nil
	})
	if err != nil || found != 2*len(sealedColumns) {
		t.Errorf("%d binary columns in the migrations of both databases, %d in the list, %v", found, len(sealedColumns), err)
	}
}
