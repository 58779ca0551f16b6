package templates

import (
	"embed"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"text/template"
	"time"

	"redthread/bot/folder"
	"redthread/bot/nearest"
)

//go:embed zh-CN/*.txt en/*.txt
var builtIn embed.FS

// Options says where the texts come from. The zero Options are the built-in
// texts alone.
type Options struct {
	// Texts replaces the built-in texts, for a test that declares its own.
	Texts fs.FS

	// Override is an agency's folder: zh-CN/*.txt and en/*.txt whose blocks
	// replace those of the same name. Nil when the agency has none.
	Override fs.FS

	// Folder is what problems call Override: the path the agency knows it by.
	Folder string

	// Zone is where the clients live: texts say times in it. Nil leaves every
	// time in the zone it comes with.
	Zone *time.Location
}

// Load reads and proves all texts. Its error is folder.Problems:
// everything that is wrong, by file and line. The set is nil then.
func Load(o Options) (*Set, error) { return load(o, declared) }

func load(o Options, c catalog) (*Set, error) {
	if o.Texts == nil {
		o.Texts = builtIn
	}
	r := &report{}
	shelf := readAll(o.Texts, "", r)
	if o.Override != nil {
		vetFolder(o.Override, o.Folder, r)
		shelf.override(readAll(o.Override, o.Folder, r), r)
	}
	s := &Set{texts: map[string]map[string]*text{}, words: map[string][]string{}, also: map[string]map[string]string{}, shelf: shelf}
	for _, lang := range Languages {
		s.texts[lang] = map[string]*text{}
		fm := funcs(lang, o.Zone, s.texts[lang])
		for _, name := range slices.Sorted(maps.Keys(shelf[lang])) {
			b := shelf[lang][name]
			about, known := c[name]
			switch {
			case !known:
				r.wrong(b.place, "nobody says %q%s", name, nearest.Hint(name, slices.Collect(maps.Keys(c))))
			case about == nil:
				s.addWords(b, r)
			default:
				if t, ok := compile(b, fm, r); ok {
					s.texts[lang][name] = t
					s.addSynonyms(b, r)
				}
			}
		}
	}
	prove(s, c, r)
	s.warnings = r.found.Warnings()
	if err := r.found.Err("the texts"); err != nil {
		return nil, err
	}
	s.settle(o.Zone)
	return s, nil
}

// settle keeps of the proved texts what is needed to say them. Those of a language
// share their functions: while they are proved each has its own, so that none can
// define what another one says.
func (s *Set) settle(zone *time.Location) {
	for lang, texts := range s.texts {
		all := template.New(lang).Option(strict).Funcs(funcs(lang, zone, texts))
		for name, t := range texts {
			t.lines = nil
			t.body.settle(all, name)
			for i, b := range t.buttons {
				if b.settle(all, name+" "+b.id) {
					t.buttons[i].saying = saying{}
				} else {
					t.buttons[i] = b
				}
			}
		}
		for _, b := range s.shelf[lang] {
			b.words = nil
		}
	}
}

// shelf is all blocks by language, by name.
type shelf map[string]map[string]*block

// readAll reads the files of every language under fsys. Problems call fsys by
// that name.
func readAll(fsys fs.FS, in string, r *report) shelf {
	all := shelf{}
	for _, lang := range Languages {
		all[lang] = map[string]*block{}
		files, err := fs.Glob(fsys, path.Join(lang, "*.txt"))
		if err != nil {
			r.wrong(place{file: path.Join(in, lang)}, "cannot be read: %v", err)
		}
		for _, file := range files {
			src, err := folder.Read(fsys, file, maxFile)
			if err != nil {
				r.wrong(place{file: path.Join(in, file)}, "cannot be read: %v", err)
				continue
			}
			all.add(lang, parseFile(path.Join(in, file), src, r), r)
		}
	}
	return all
}

func (s shelf) add(lang string, blocks []*block, r *report) {
	for _, b := range blocks {
		if b.block == "" {
			continue // reported as an unreadable header
		}
		if first, twice := s[lang][b.block]; twice {
			r.wrong(b.place, "%q is written twice; it stands at %s:%d already", b.block, first.file, first.line)
			continue
		}
		s[lang][b.block] = b
	}
}

// override replaces blocks by the agency's own. Code reads the buttons, so
// those must stay what they are.
func (s shelf) override(own shelf, r *report) {
	for _, lang := range Languages {
		known := slices.Collect(maps.Keys(s[lang]))
		for _, name := range slices.Sorted(maps.Keys(own[lang])) {
			b, built := own[lang][name], s[lang][name]
			if built == nil {
				r.wrong(b.place, "there is no text %q to replace%s", name, nearest.Hint(name, known))
				continue
			}
			sameButtons(b, built, "the text it replaces", r)
			s[lang][name] = b
		}
	}
}

// sameButtons reports where b's buttons are not those of the other block.
// Their order may differ: it is the reader's own.
func sameButtons(b, other *block, whose string, r *report) {
	for _, want := range other.buttons {
		i := slices.IndexFunc(b.buttons, func(l buttonLine) bool { return l.id == want.id })
		if i < 0 {
			r.wrong(b.place, "the button [%s] is missing; %s has it", want.id, whose)
			continue
		}
		got := b.buttons[i]
		if got.when != want.when || squeeze(got.pipe) != squeeze(want.pipe) {
			r.wrong(b.at(got.line), "the button is [%s] in %s; only its label may differ", want.head(), whose)
		}
		if (got.url == "") != (want.url == "") {
			r.wrong(b.at(got.line), "the button [%s] opens a page in one place and answers in the other (%s)", want.id, whose)
		}
	}
	for _, got := range b.buttons {
		if !slices.ContainsFunc(other.buttons, func(l buttonLine) bool { return l.id == got.id }) {
			r.wrong(b.at(got.line), "the button [%s] is not in %s, so nobody would answer it", got.id, whose)
		}
	}
}

// head is the button line's bracket without a page.
func (l buttonLine) head() string {
	if l.when == "" {
		return l.id
	}
	return l.id + " " + l.when + " " + l.pipe
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// vetFolder reports what an agency put into its folder and nobody would read.
func vetFolder(fsys fs.FS, in string, r *report) {
	if _, err := fs.ReadDir(fsys, "."); err != nil {
		r.wrong(place{file: in}, "the folder of texts cannot be read: %v", err)
		return
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if name != "." && strings.HasPrefix(base, ".") {
			return skip(d)
		}
		dir := path.Dir(name)
		switch {
		case d.IsDir() && (name == "." || slices.Contains(Languages, name)):
		case d.IsDir():
			r.wrong(place{file: path.Join(in, name)}, "unknown folder; texts stand in %s", strings.Join(Languages, "/ and ")+"/")
			return fs.SkipDir
		case dir == "." && path.Ext(base) != ".txt": // a README or the like
		case !slices.Contains(Languages, dir) || path.Ext(base) != ".txt":
			r.wrong(place{file: path.Join(in, name)}, "nobody reads this file; texts stand in files like %s/fees.txt", Languages[0])
		}
		return nil
	})
	if err != nil {
		r.wrong(place{file: in}, "the folder of texts cannot be read: %v", err)
	}
}

func skip(d fs.DirEntry) error {
	if d.IsDir() {
		return fs.SkipDir
	}
	return nil
}
