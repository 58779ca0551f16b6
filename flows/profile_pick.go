package flows

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/region"
	"redthread/templates"
)

// A date, a height and a place can be tapped, in a few steps, by who would rather
// not type: decade, year, month, day; area, province, city. Picked is how far they
// have come.

// offer fills in what can be tapped at the open question.
func (d *form) offer(t *dialog.Turn) {
	switch d.At {
	case "birth":
		d.Options = birthOptions(d.Picked, t)
	case "birth_sure":
		d.Options = nil
		for _, day := range d.Days {
			if at, err := time.Parse(time.DateOnly, day); err == nil && len(d.Days) > 1 {
				d.Options = append(d.Options, option{day, dayLabel(t, at)})
			}
		}
	case "height":
		d.Options = heightOptions(d.Picked)
	case "home", "registered":
		d.Options = placeOptions(d.Picked, t)
	case "which":
		d.Options = d.fieldOptions()
	case "intro":
		d.Draft = d.draft(t)
	}
}

// pick goes a step on: to what was tapped, or back to the beginning.
func (d *form) pick(t *dialog.Turn) {
	_, i, ok := templates.Index(t.Choice())
	switch {
	case ok && i < len(d.Options):
		d.Picked = d.Options[i].ID
	default:
		d.Picked = ""
	}
}

// birthOptions are decades, the years of one, the months of a year, the days of a
// month: "", "199", "1995", "1995-03".
func birthOptions(picked string, t *dialog.Turn) (all []option) {
	switch len(picked) {
	case 0:
		const eldest = 90
		now := t.Now().Year()
		for decade := (now - eldest) / 10; decade <= (now-18)/10; decade++ {
			all = append(all, option{strconv.Itoa(decade), fmt.Sprintf("%d–%d", decade*10, decade*10+9)})
		}
		return all[max(0, len(all)-7):] // who is older types it
	case 3:
		for i := range 10 {
			year := picked + strconv.Itoa(i)
			all = append(all, option{year, year})
		}
	case 4:
		for m := range 12 {
			all = append(all, option{fmt.Sprintf("%s-%02d", picked, m+1), monthLabel(t, m+1)})
		}
	case 7:
		at, err := time.Parse("2006-01", picked)
		if err != nil {
			return nil
		}
		for ; at.Format("2006-01") == picked; at = at.AddDate(0, 0, 1) {
			all = append(all, option{at.Format(time.DateOnly), strconv.Itoa(at.Day())})
		}
	}
	return all
}

// picksDay says that the day has been reached.
func (d *form) picksDay() bool { return len(d.Picked) == len(time.DateOnly) }

// pickedBefore is what was tapped already, before the rest is typed.
func (d *form) pickedBefore() string {
	if len(d.Picked) < 4 {
		return ""
	}
	return d.Picked + "-"
}

func monthLabel(t *dialog.Turn, m int) string {
	if t.Lang() == "zh-CN" {
		return strconv.Itoa(m) + "月"
	}
	return time.Month(m).String()
}

func dayLabel(t *dialog.Turn, at time.Time) string {
	if t.Lang() == "zh-CN" {
		return at.Format("2006年1月2日")
	}
	return at.Format("2 January 2006")
}

// heightOptions are spans of five centimetres, "160+", and the heights of one.
func heightOptions(picked string) (all []option) {
	const shortest, tallest = 145, 195
	from, err := strconv.Atoi(strings.TrimSuffix(picked, "+"))
	if err != nil {
		for cm := shortest; cm < tallest; cm += 5 {
			all = append(all, option{strconv.Itoa(cm) + "+", fmt.Sprintf("%d–%d", cm, cm+4)})
		}
		return all
	}
	for cm := from; cm < from+5; cm++ {
		all = append(all, option{strconv.Itoa(cm), strconv.Itoa(cm)})
	}
	return all
}

// The areas of the country are the first digits of its codes.
var areas = []option{
	{"area1", "华北"}, {"area2", "东北"}, {"area3", "华东"}, {"area4", "中南"}, {"area5", "西南"}, {"area6", "西北"},
}

var areaNames = map[string]string{
	"area1": "North", "area2": "North-east", "area3": "East", "area4": "Central & South", "area5": "South-west", "area6": "North-west",
}

// mainCities are offered first.
var mainCities = []region.Code{110000, 310000, 440100, 440300, 330100, 320100, 320500, 510100, 500000, 420100, 610100, 120000}

// morePlaces is the way to the rest of the country.
const morePlaces = "more"

// placeOptions are the main cities, the areas, an area's provinces, a province's
// cities, or several places of one name: "", "more", "area3", "330000",
// "211300,110105".
func placeOptions(picked string, t *dialog.Turn) (all []option) {
	code, err := strconv.Atoi(picked)
	switch {
	case picked == "":
		all = places(t, mainCities)
	case strings.Contains(picked, ","):
		for _, c := range strings.Split(picked, ",") {
			n, _ := strconv.Atoi(c) // it was one of ours when it was put there
			all = append(all, option{c, region.Code(n).Name(t.Lang())})
		}
	case picked == morePlaces:
		for _, a := range areas {
			if t.Lang() != "zh-CN" {
				a.Label = areaNames[a.ID]
			}
			all = append(all, a)
		}
		all = append(all, places(t, []region.Code{810000, 820000, 710000})...)
	case strings.HasPrefix(picked, "area"):
		for _, p := range region.Provinces() {
			if strconv.Itoa(int(p))[:1] == picked[len("area"):] {
				all = append(all, places(t, []region.Code{p})...)
			}
		}
	case err == nil && region.Code(code) != region.Abroad:
		all = places(t, region.Cities(region.Code(code)))
	}
	return all
}

func places(t *dialog.Turn, codes []region.Code) (all []option) {
	for _, c := range codes {
		all = append(all, option{strconv.Itoa(int(c)), c.Short(t.Lang())})
	}
	return all
}

// PickedLevel is what is asked next of a date: "", "year", "month", "day".
func (d form) PickedLevel() string {
	return map[int]string{3: "year", 4: "month", 7: "day"}[len(d.Picked)]
}

// AtTheTop says that nothing of a place has been chosen yet.
func (d form) AtTheTop() bool { return d.Picked == "" }

// SameOffered says that the client may be registered where they live.
func (d form) SameOffered() bool { return d.Picked == "" && d.P.Home.Code != 0 }
