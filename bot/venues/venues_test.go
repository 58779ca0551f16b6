package venues_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"redthread/bot/region"
	"redthread/bot/venues"
)

var likes = []string{"reading", "walking", "art"}

func load(t *testing.T, text string) (*venues.List, error) {
	t.Helper()
	return venues.Load(venues.Options{Override: fstest.MapFS{"a.txt": {Data: []byte(text)}}, Folder: "ours", Likes: likes})
}

const park = `
== park
name: 人民公园
city: 杭州市西湖区
address: 湖边 1 号
map: wgs84 30.25,120.15
likes: walking、art
price: 0
hours: tue-sun 9:00-17:00
`

func TestBuiltInExamples(t *testing.T) {
	t.Parallel()
	l, err := venues.Load(venues.Options{})
	if err != nil || l.Len() < 5 || len(l.Warnings()) > 0 {
		t.Fatalf("%v, %v, %v", l, err, l.Warnings())
	}
	shanghai := region.Find("上海市")[0]
	got := l.For(shanghai, []string{"reading", "music"}, []string{"reading"}, 2)
	if len(got) != 2 || got[0].ID != "shanghai-library" || got[0].Shared[0] != "reading" {
		t.Errorf("for two readers: %+v", got)
	}
	if got := l.For(0, nil, nil, 5); got != nil {
		t.Errorf("in no city at all: %v", got)
	}
	v, ok := l.Find("fuxing-park")
	if !ok || v.In("en") != "Fuxing Park" || v.AddressIn("zh-CN") == "" || v.At.Lng > 121.4693 {
		t.Errorf("%+v: the map's point is east of the globe's", v)
	}
	if got := l.Named("图书馆", 9); len(got) != 2 {
		t.Errorf("libraries: %v", got)
	}
}

func TestHours(t *testing.T) {
	t.Parallel()
	l, err := load(t, park)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := l.Find("park")
	at := func(s string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04", s, v.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for when, open := range map[string]bool{"2026-03-07 15:00": true, "2026-03-07 15:01": false, "2026-03-09 10:00": false, "2026-03-08 08:59": false} {
		if v.OpenFor(at(when), 2*time.Hour) != open {
			t.Errorf("%s: open is not %v", when, open)
		}
	}
}

// Everything wrong is told at once, by file and line.
func TestProblems(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name: x":                                   "ours/a.txt:1: a place begins",
		"== Park":                                   "ours/a.txt:1: \"Park\" is no name",
		"== park\ncolour: red":                      "ours/a.txt:2: \"colour\" is not known",
		"== park\nname: 甲\nname: 乙":                 "ours/a.txt:3: name stands in line 2",
		"== park\ncity: 亚特兰蒂斯":                      "there is no city",
		"== park\nmap: 30.25,120.15":                "map is the kind of map",
		"== park\nmap: gcj02 120.15,30.25":          "map is the kind of map",
		"== park\nlikes: golf":                      "nobody likes \"golf\"",
		"== park\nprice: 9":                         "price is 0",
		"== park\nzone: Mars/Base":                  "there is no time zone",
		"== park\nhours: sometimes":                 "ours/a.txt:2:",
		"== park":                                   "park has no line name:",
		park + park:                                 "there is another place called park",
		"== park\nname: " + strings.Repeat("长", 61): "more than 60",
		"\xff": "not UTF-8",
	} {
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v\nwant %s", text, err, want)
		}
	}
	if _, err := venues.Load(venues.Options{Override: fstest.MapFS{}, Folder: "ours"}); err == nil {
		t.Error("an empty folder is taken")
	}
	l, err := load(t, park+strings.NewReplacer("park", "far", "30.25,120.15", "31.9,117.2").Replace(park))
	if err != nil || len(l.Warnings()) != 1 {
		t.Errorf("a point in another city: %v, %v", err, l.Warnings())
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(park)
	f.Add("== a\nname：甲\nmap: gcj02 1,2")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := load(t, text)
		if err != nil {
			return
		}
		for _, v := range l.All() {
			if v.Name == "" || v.Address == "" || !v.At.Valid() || v.Zone == nil || !v.District.IsCity() {
				t.Errorf("%+v passes", v)
			}
			v.OpenFor(time.Unix(0, 0), time.Hour)
		}
	})
}
