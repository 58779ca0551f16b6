package knowledge

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"redthread/bot/folder"
	"redthread/bot/nearest"
)

//go:embed content/zh-CN content/en content/synonyms.txt content/off-topic.txt
var builtIn embed.FS

// promotedDir is where a folder keeps the answers that supervisors promoted.
const promotedDir = "promoted"

// Options says where the answers come from. The zero Options are the built-in
// ones alone, those of an agency that does not exist.
type Options struct {
	// Content replaces the built-in answers, for a test that brings its own.
	Content fs.FS

	// Override is the agency's folder. Its files replace those of the same name
	// and add to the others. Nil when the agency has none.
	Override fs.FS

	// Folder is what problems call Override: the path the agency knows it by.
	Folder string
}

// Load reads and checks all answers, with those that were promoted. Its error is
// folder.Problems: everything that is wrong, by file and line. The base is nil then.
func Load(o Options, promoted ...Entry) (*Base, error) {
	r := &folder.Report{}
	if o.Content == nil {
		o.Content, _ = fs.Sub(builtIn, "content") // a name in the binary
	}
	b := &Base{entries: map[string]map[string]Entry{}, topics: map[string][]string{}}
	for _, lang := range Languages {
		b.entries[lang] = map[string]Entry{}
	}
	s := newSynonyms()
	b.read(o.Content, "", s, r)
	for _, e := range promoted {
		b.entries[e.Lang][e.ID] = e
	}
	if o.Override != nil {
		vet(o.Override, o.Folder, r)
		b.read(o.Override, o.Folder, s, r)
	}
	b.settle(r)
	if err := r.Err("the folder of answers"); err != nil {
		return nil, err
	}
	b.warnings = r.Warnings()
	b.index = newIndex(b, s)
	return b, nil
}

// read takes one folder: synonyms.txt, off-topic.txt, and for each language its
// topics.txt and its answers. Problems call the folder by name.
func (b *Base) read(fsys fs.FS, name string, s *synonyms, r *folder.Report) {
	if src, ok := slurp(fsys, "off-topic.txt", name, r); ok {
		b.offTopic = append(b.offTopic, listed(src)...)
	}
	if src, ok := slurp(fsys, "synonyms.txt", name, r); ok {
		s.parse(path.Join(name, "synonyms.txt"), src, r)
	}
	for _, lang := range Languages {
		if src, ok := slurp(fsys, lang+"/topics.txt", name, r); ok {
			b.topics[lang] = listed(src)
		}
		for _, dir := range []string{lang, path.Join(promotedDir, lang)} {
			files, _ := fs.Glob(fsys, dir+"/*.md") // the pattern is sound
			for _, file := range files {
				src, ok := slurp(fsys, file, name, r)
				if !ok {
					continue
				}
				if e, ok := parseEntry(path.Join(name, file), lang, src, r); ok {
					b.entries[lang][e.ID] = e
				}
			}
		}
	}
}

// slurp reads a file, if it is there.
func slurp(fsys fs.FS, file, in string, r *folder.Report) (string, bool) {
	src, err := folder.Read(fsys, file, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false
	}
	if err != nil {
		r.Wrong(path.Join(in, file), 0, "it cannot be read: %v", err)
	}
	return src, err == nil
}

// CopyTo writes the built-in files into a folder, for an agency to change, and
// leaves those alone that are there. It says how many it wrote.
func CopyTo(to string) (n int, err error) {
	content, _ := fs.Sub(builtIn, "content") // a name in the binary
	return folder.Copy(content, to)
}

// listed reads a list, one a line.
func listed(src string) (all []string) {
	for _, l := range strings.Split(strings.TrimPrefix(src, "\ufeff"), "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") && !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// settle takes away what is off and holds entries against topics and each other.
func (b *Base) settle(r *folder.Report) {
	for _, lang := range Languages {
		titles := map[string]string{}
		for _, id := range sortedKeys(b.entries[lang]) {
			e := b.entries[lang][id]
			if e.off {
				delete(b.entries[lang], id)
				continue
			}
			if e.Topic != "" && !slices.Contains(b.topics[lang], e.Topic) {
				r.Wrong(e.file, 0, "there is no topic %q in %s/topics.txt%s", cut(e.Topic, 30), lang, nearest.Hint(e.Topic, b.topics[lang]))
			}
			if first := titles[e.Title]; first != "" {
				r.Doubtful(e.file, 0, "the title %q is that of %s already; clients cannot tell them apart", e.Title, first)
			}
			titles[e.Title] = id
		}
	}
	for _, lang := range Languages {
		for _, id := range sortedKeys(b.entries[lang]) {
			for _, other := range Languages {
				if _, ok := b.entries[other][id]; !ok && b.entries[lang][id].file != "" {
					r.Doubtful(b.entries[lang][id].file, 0, "there is no %s/%s.md, so that clients who speak it get this one", other, id)
				}
			}
		}
	}
}

// vet says what stands in an agency's folder that nobody would read.
func vet(fsys fs.FS, in string, r *folder.Report) {
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		dir, base := path.Split(name)
		dir = path.Clean(dir)
		inLang := slices.Contains(Languages, dir) || strings.HasPrefix(dir, promotedDir+"/")
		switch {
		case name != "." && strings.HasPrefix(base, "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir() && (name == "." || name == promotedDir || slices.Contains(Languages, strings.TrimPrefix(name, promotedDir+"/"))):
		case d.IsDir():
			r.Wrong(path.Join(in, name), 0, "unknown folder; answers stand in %s", strings.Join(Languages, "/ and ")+"/")
			return fs.SkipDir
		case dir == ".": // synonyms.txt, a README or the like
		case inLang && (path.Ext(base) == ".md" || base == "topics.txt"):
		default:
			r.Wrong(path.Join(in, name), 0, "nobody reads this file; answers stand in files like %s/fees.md", Languages[0])
		}
		return nil
	})
	if err != nil {
		r.Wrong(in, 0, "the folder cannot be read: %v", err)
	}
}
