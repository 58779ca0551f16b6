package venues

import (
	"cmp"
	"embed"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"redthread/bot/calendar"
	"redthread/bot/folder"
	"redthread/bot/geo"
	"redthread/bot/nearest"
	"redthread/bot/region"
)

//go:embed content
var builtIn embed.FS

// Problem is something about a file of places that its writer should know.
type Problem = folder.Problem

// Options says where the places come from. The zero Options are the examples.
type Options struct {
	Override fs.FS    // the agency's folder, which takes the examples' place; nil: none
	Folder   string   // what problems call Override
	Likes    []string // the words there are for what people like; nil: any
}

const (
	maxFile   = 256 << 10
	maxVenues = 5000
	maxName   = 60 // letters; Telegram and the maps cut longer ones
	maxPlace  = 120
)

// Load reads and checks all places. Its error is folder.Problems: everything that is
// wrong, by file and line.
func Load(o Options) (*List, error) {
	r := &folder.Report{}
	content, name := o.Override, o.Folder
	if content == nil {
		content, _ = fs.Sub(builtIn, "content") // a name in the binary
	}
	l := &List{}
	files, _ := fs.Glob(content, "*.txt") // the pattern is sound
	for _, file := range files {
		src, err := folder.Read(content, file, maxFile)
		if err != nil {
			r.Wrong(path.Join(name, file), 0, "it cannot be read: %v", err)
			continue
		}
		p := &parser{file: path.Join(name, file), r: r, likes: o.Likes, list: l}
		p.read(src)
	}
	if len(files) == 0 {
		r.Wrong(name, 0, "there is no file of places; they stand in files like shanghai.txt")
	}
	if len(l.all) > maxVenues {
		r.Wrong(name, 0, "there are %d places, more than %d", len(l.all), maxVenues)
	}
	slices.SortFunc(l.all, func(a, b Venue) int { return cmp.Compare(a.ID, b.ID) })
	for i := 1; i < len(l.all); i++ {
		if l.all[i].ID == l.all[i-1].ID {
			r.Wrong(l.all[i].file, 0, "there is another place called %s", l.all[i].ID)
		}
	}
	if err := r.Err("the folder of places"); err != nil {
		return nil, err
	}
	l.warnings = r.Warnings()
	return l, nil
}

// Warnings is what whoever wrote the files should know.
func (l *List) Warnings() []Problem { return l.warnings }

// CopyTo writes the examples into a folder, for an agency to change, and leaves
// files alone that are there. It says how many it wrote.
func CopyTo(to string) (n int, err error) {
	content, _ := fs.Sub(builtIn, "content") // a name in the binary
	return folder.Copy(content, to)
}

// parser reads one file of places:
//
//	== tea-museum
//	name: 中国茶叶博物馆
//	city: 杭州市西湖区
//	address: 龙井路 88 号
//	map: gcj02 30.2353,120.1162
//	likes: walking, reading
//	hours: tue-sun 9:00-17:00
type parser struct {
	file  string
	r     *folder.Report
	likes []string
	list  *List

	v    Venue
	line int // of the block's beginning; 0: none is open
	seen map[string]int
}

var (
	keys     = []string{"name", "name_en", "city", "address", "address_en", "map", "likes", "price", "hours", "zone"}
	venueID  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,47}$`)
	mapForm  = regexp.MustCompile(`^(wgs84|gcj02)\s+(-?\d{1,2}(?:\.\d+)?)\s*[,，]\s*(-?\d{1,3}(?:\.\d+)?)$`)
	dayStart = regexp.MustCompile(`[,，;；]\s*`)
)

func (p *parser) read(src string) {
	src = strings.TrimPrefix(strings.ReplaceAll(src, "\r\n", "\n"), "\ufeff")
	if !utf8.ValidString(src) {
		p.r.Wrong(p.file, 0, "it is not UTF-8; save it as UTF-8")
		return
	}
	for i, l := range strings.Split(src, "\n") {
		l = strings.TrimSpace(l)
		switch {
		case l == "", strings.HasPrefix(l, "#"):
		case strings.HasPrefix(l, "=="):
			p.finish()
			p.begin(strings.TrimSpace(l[2:]), i+1)
		case p.line == 0:
			p.r.Wrong(p.file, i+1, "a place begins with a line like == tea-museum")
		default:
			p.say(l, i+1)
		}
	}
	p.finish()
}

func (p *parser) begin(id string, line int) {
	p.v, p.line, p.seen = Venue{ID: id, Price: 1, file: p.file}, line, map[string]int{}
	if !venueID.MatchString(id) {
		p.r.Wrong(p.file, line, "%q is no name for a place: small letters, digits and dashes, like tea-museum", id)
	}
}

// say takes one line of a place.
func (p *parser) say(l string, line int) {
	key, value, ok := strings.Cut(l, ":")
	if wide, rest, found := strings.Cut(l, "："); found && (!ok || len(wide) < len(key)) {
		key, value, ok = wide, rest, true
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	switch {
	case !ok || !slices.Contains(keys, key):
		p.r.Wrong(p.file, line, "%q is not known here; a line is one of %s and its value%s", key, strings.Join(keys, ", "), nearest.Hint(key, keys))
		return
	case p.seen[key] != 0:
		p.r.Wrong(p.file, line, "%s stands in line %d already", key, p.seen[key])
		return
	case value == "":
		p.r.Wrong(p.file, line, "%s has no value; leave the line out", key)
		return
	}
	p.seen[key] = line
	p.set(key, value, line)
}

func (p *parser) set(key, value string, line int) {
	switch key {
	case "name":
		p.v.Name = p.short(key, value, maxName, line)
	case "name_en":
		p.v.NameEN = p.short(key, value, maxName, line)
	case "address":
		p.v.Address = p.short(key, value, maxPlace, line)
	case "address_en":
		p.v.AddressEN = p.short(key, value, maxPlace, line)
	case "city":
		p.city(value, line)
	case "map":
		p.point(value, line)
	case "likes":
		p.like(value, line)
	case "price":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || n > 3 {
			p.r.Wrong(p.file, line, "price is 0 (free), 1 (a coffee), 2 (a meal) or 3 (an evening), not %q", value)
		}
		p.v.Price = n
	case "hours":
		p.v.Hours = dayStart.Split(value, -1)
	case "zone":
		zone, err := time.LoadLocation(value)
		if err != nil {
			p.r.Wrong(p.file, line, "there is no time zone %q; it is like Asia/Shanghai or Europe/Berlin", value)
		}
		p.v.Zone = zone
	}
}

func (p *parser) short(key, value string, most, line int) string {
	if n := utf8.RuneCountInString(value); n > most {
		p.r.Wrong(p.file, line, "%s has %d letters, more than %d", key, n, most)
	}
	return value
}

func (p *parser) city(value string, line int) {
	found := region.Find(value)
	switch {
	case len(found) == 1 && found[0].IsCity():
		p.v.District = found[0]
	case len(found) > 1:
		p.r.Wrong(p.file, line, "%q could be %s; write the province too", value, found[0].Name("zh-CN")+"、"+found[1].Name("zh-CN"))
	default:
		p.r.Wrong(p.file, line, "there is no city %q; write it like 杭州市西湖区", value)
	}
}

func (p *parser) point(value string, line int) {
	m := mapForm.FindStringSubmatch(value)
	if m == nil {
		p.r.Wrong(p.file, line, "map is the kind of map and the point on it, latitude first: gcj02 30.2353,120.1162 (Tencent, Amap), or wgs84 …  (GPS, Telegram)")
		return
	}
	lat, _ := strconv.ParseFloat(m[2], 64)
	lng, _ := strconv.ParseFloat(m[3], 64)
	p.v.At = geo.Point{Lat: lat, Lng: lng}
	if !p.v.At.Valid() {
		p.r.Wrong(p.file, line, "there is no such point: latitude first, then longitude")
	}
	if m[1] == "gcj02" {
		p.v.At = geo.ToWGS(p.v.At)
	}
}

func (p *parser) like(value string, line int) {
	for _, like := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",，、 ", r) }) {
		if p.likes != nil && !slices.Contains(p.likes, like) {
			p.r.Wrong(p.file, line, "nobody likes %q; there are %s%s", like, strings.Join(p.likes, ", "), nearest.Hint(like, p.likes))
			continue
		}
		if !slices.Contains(p.v.Likes, like) {
			p.v.Likes = append(p.v.Likes, like)
		}
	}
}

// finish holds a place to what it needs.
func (p *parser) finish() {
	if p.line == 0 {
		return
	}
	for _, key := range []string{"name", "city", "address", "map"} {
		if p.seen[key] == 0 {
			p.r.Wrong(p.file, p.line, "%s has no line %s:", p.v.ID, key)
		}
	}
	if p.v.Zone == nil {
		if p.v.District == region.Abroad {
			p.r.Wrong(p.file, p.line, "%s lies abroad and has no line zone:", p.v.ID)
		}
		p.v.Zone, _ = time.LoadLocation("Asia/Shanghai") // in the binary, by the settings
	}
	var err error
	p.v.open = calendar.Always()
	if len(p.v.Hours) > 0 {
		if p.v.open, err = calendar.New(calendar.Config{Zone: p.v.Zone, Hours: p.v.Hours}); err != nil {
			p.r.Wrong(p.file, p.seen["hours"], "%v", err)
		}
	}
	for _, o := range p.list.all {
		if o.District.City() == p.v.District.City() && p.v.District != region.Abroad && p.v.District != 0 && far(o.At, p.v.At) && !o.At.Zero() && !p.v.At.Zero() {
			p.r.Doubtful(p.file, p.seen["map"], "%s is far from %s in the same city; is the point right?", p.v.ID, o.ID)
			break
		}
	}
	p.list.all = append(p.list.all, p.v)
	p.line = 0
}
