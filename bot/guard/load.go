package guard

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"

	"redthread/bot/folder"
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

// Load reads and checks the rules. Its error is folder.Problems: everything
// that is wrong, by file and line.
func Load(o Options) (*Guard, error) {
	problems := &folder.Report{}
	files := map[string]*ruleFile{}
	readAll(builtInFiles(), "", files, problems)
	if o.Override != nil {
		readAll(o.Override, o.Folder, files, problems)
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
	if err := problems.Err("the guard's rules"); err != nil {
		return nil, err
	}
	g.compile()
	return g, nil
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
func readAll(fsys fs.FS, in string, into map[string]*ruleFile, problems *folder.Report) {
	found, err := fs.ReadDir(fsys, ".")
	if err != nil {
		problems.Wrong(in, 0, "the folder cannot be read: %v", err)
		return
	}
	for _, d := range found {
		name := d.Name()
		switch {
		case strings.HasPrefix(name, ".") || strings.EqualFold(name, "readme.md"):
			continue
		case d.IsDir() || path.Ext(name) != ".txt":
			problems.Wrong(path.Join(in, name), 0, "nobody reads this; rules stand in files like promise.txt")
			continue
		}
		src, err := folder.Read(fsys, name, maxFile)
		if err != nil {
			problems.Wrong(path.Join(in, name), 0, "it cannot be read: %v", err)
			continue
		}
		f := &ruleFile{name: path.Join(in, name), problems: problems}
		f.read(src)
		into[name] = f
	}
}

// CopyTo writes the built-in files into a folder, for an agency to change, and
// leaves those alone that are there. It says how many it wrote.
func CopyTo(to string) (n int, err error) { return folder.Copy(builtInFiles(), to) }
