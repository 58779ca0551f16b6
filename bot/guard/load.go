package guard

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed content/*.txt
var builtIn embed.FS

// maxFile is how large a rule file may be, in bytes.
const maxFile = 256 << 10

// Options says where the rules come from. The zero Options are the built-in ones
// alone.
type Options struct {
	// Override is the agency's folder. Its files replace those of the same name
	// and add to the others. Nil when the agency has none.
	Override fs.FS

	// Folder is what problems call Override: the path the agency knows it by.
	Folder string

	// Own are the agency's own numbers and addresses, which may be told, besides
	// those that the files list. Short ones are passed over.
	Own []string
}

// Load reads and checks the rules. Its error is Problems: everything that is
// wrong, by file and line.
func Load(o Options) (*Guard, error) {
	var problems Problems
	files := map[string]*ruleFile{}
	readAll(builtInFiles(), "", files, &problems)
	if o.Override != nil {
		readAll(o.Override, o.Folder, files, &problems)
	}
	g := &Guard{}
	for _, name := range sortedNames(files) {
		g.rules = append(g.rules, files[name].rules...)
		g.own = append(g.own, files[name].own...)
	}
	for _, own := range o.Own {
		if len(fold(own).runes) >= 4 {
			g.own = append(g.own, own)
		}
	}
	if len(problems) > 0 {
		return nil, Problems(slices.SortedStableFunc(slices.Values(problems), byPlace))
	}
	g.compile()
	return g, nil
}

func byPlace(a, b Problem) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
}

func builtInFiles() fs.FS {
	content, _ := fs.Sub(builtIn, "content") // a name in the binary
	return content
}

func sortedNames(files map[string]*ruleFile) (all []string) {
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// readAll reads the rule files of one folder, which problems call by name.
func readAll(fsys fs.FS, folder string, into map[string]*ruleFile, problems *Problems) {
	found, err := fs.ReadDir(fsys, ".")
	if err != nil {
		problems.wrong(folder, 0, "the folder cannot be read: %v", err)
		return
	}
	for _, d := range found {
		name := d.Name()
		switch {
		case strings.HasPrefix(name, ".") || strings.EqualFold(name, "readme.md"):
			continue
		case d.IsDir() || path.Ext(name) != ".txt":
			problems.wrong(path.Join(folder, name), 0, "nobody reads this; rules stand in files like promise.txt")
			continue
		}
		src, err := slurp(fsys, name)
		if err != nil {
			problems.wrong(path.Join(folder, name), 0, "it cannot be read: %v", err)
			continue
		}
		f := &ruleFile{name: path.Join(folder, name), problems: problems}
		f.read(src)
		into[name] = f
	}
}

func slurp(fsys fs.FS, name string) (string, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return "", err
	}
	if info.Size() > maxFile {
		return "", fmt.Errorf("it is larger than %d bytes; split it", maxFile)
	}
	src, err := fs.ReadFile(fsys, name)
	return string(src), err
}

// CopyTo writes the built-in files into a folder, for an agency to change, and
// leaves those alone that are there. It says how many it wrote.
func CopyTo(folder string) (n int, err error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return 0, fmt.Errorf("guard: %w", err)
	}
	found, err := fs.ReadDir(builtInFiles(), ".")
	for _, d := range found {
		src, err := slurp(builtInFiles(), d.Name())
		if err != nil {
			return n, fmt.Errorf("guard: %w", err)
		}
		fresh, err := writeNew(filepath.Join(folder, d.Name()), src)
		if err != nil {
			return n, fmt.Errorf("guard: %w", err)
		}
		if fresh {
			n++
		}
	}
	return n, err
}

// writeNew writes a file unless it is there.
func writeNew(name, src string) (fresh bool, err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = f.WriteString(src)
	return true, errors.Join(err, f.Close())
}
