package birth

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"redthread/bot/numeral"
)

// Fault says what is wrong with a birthday as it was typed.
type Fault string

// The faults, in the order a text may explain them.
const (
	Unread     Fault = "unread"       // no date that we can read
	NoYear     Fault = "no_year"      // a day without its year
	NoDay      Fault = "no_day"       // a year, or year and month, alone
	NoSuchDay  Fault = "no_such_day"  // 30 February
	NoSuchMoon Fault = "no_such_moon" // a lunar day or leap month that the year has not
	Future     Fault = "future"
	TooLongAgo Fault = "too_long_ago"
)

func (f Fault) Error() string { return "birth: " + string(f) }

// Reading is what a typed birthday can mean.
type Reading struct {
	Days  []Day // one; two when day and month could be either, the likelier first
	Lunar bool  // it was typed as a day of the Chinese calendar
}

// oldestAlive bounds how long ago somebody who writes to us was born, in years.
const oldestAlive = 110

// Parse reads a birthday in any usual way of writing, Chinese or English, of our
// calendar or the lunar one. Its error is a Fault.
func Parse(text string, now time.Time) (Reading, error) {
	w := written{text: numeral.Plain(text), now: now}
	w.takeWords()
	w.lunar = w.lunar || lunarForm.MatchString(w.text)
	w.text = strings.NewReplacer("正月", "1月", "冬月", "11月", "腊月", "12月", "臘月", "12月", "初", "", "农历", "").Replace(w.text)
	for _, read := range []func() ([]triple, bool){w.english, w.separated, w.compact} {
		if all, ok := read(); ok {
			return w.settle(all)
		}
	}
	return Reading{}, w.missing()
}

// written is a birthday on its way to be read.
type written struct {
	text  string
	now   time.Time
	lunar bool
	leap  bool
}

// triple is a year, a month and a day that are still to be proved.
type triple struct{ y, m, d int }

var (
	lunarWords = regexp.MustCompile(`农历|農曆|農历|阴历|陰曆|陰历|旧历|舊曆|lunar( calendar)?`)
	leapWords  = regexp.MustCompile(`闰|閏|leap( month)?`)
	solarWords = regexp.MustCompile(`公历|公曆|阳历|陽曆|新历|新曆|西历|国历|國曆|gregorian|solar`)
	idleWords  = regexp.MustCompile(`我的生日|出生日期|出生于|出生|生日|生于|我是|是|的|大概|born|on|my birthday is|i was|the|of|[，。,;；:：()（）"“”'~]`)

	// lunarForm is a month or a day as only the lunar calendar has it.
	lunarForm = regexp.MustCompile(`正月|冬月|腊月|臘月|初\d`)
)

// takeWords takes out what stands around the date and notes what it says.
func (w *written) takeWords() {
	if lunarWords.MatchString(w.text) {
		w.lunar, w.text = true, lunarWords.ReplaceAllString(w.text, " ")
	}
	if leapWords.MatchString(w.text) {
		w.lunar, w.leap, w.text = true, true, leapWords.ReplaceAllString(w.text, "")
	}
	w.text = solarWords.ReplaceAllString(w.text, " ")
	w.text = republic.ReplaceAllStringFunc(w.text, func(s string) string {
		n, _ := strconv.Atoi(republic.FindStringSubmatch(s)[1]) // two or three digits
		return strconv.Itoa(1911+n) + "年"
	})
	w.text = strings.TrimSpace(idleWords.ReplaceAllString(w.text, " "))
}

// republic counts years from 1912, as Taiwan does.
var republic = regexp.MustCompile(`民[国國]\s*(\d{2,3})\s*年`)

var (
	yearFirst = regexp.MustCompile(`^(\d{4}|\d{2})\s*(?:年|[-./\s、])\s*(\d{1,2})\s*(?:月份?|[-./\s、])\s*(\d{1,2})\s*[日号號]?$`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})\s*[-./\s月]\s*(\d{1,2})\s*[-./\s日号]\s*(\d{4}|\d{2})\s*年?$`)
	compact   = regexp.MustCompile(`^\d{6,8}$`)
	dayAlone  = regexp.MustCompile(`^\d{1,2}\s*[-./月]\s*\d{1,2}\s*[日号號]?$`)
	yearAlone = regexp.MustCompile(`^(\d{4}|\d{2})\s*(年|[-./年]\s*\d{1,2}\s*月?|后|後)?$`)
)

// separated reads three numbers with something between them.
func (w *written) separated() ([]triple, bool) {
	if m := yearFirst.FindStringSubmatch(w.text); m != nil {
		if y := num(m[1]); len(m[1]) == 4 || y > 31 || strings.Contains(w.text, "年") {
			return []triple{{w.century(m[1]), num(m[2]), num(m[3])}}, true
		}
	}
	m := yearLast.FindStringSubmatch(w.text)
	if m == nil {
		return nil, false
	}
	a, b, y := num(m[1]), num(m[2]), w.century(m[3])
	if len(m[3]) == 2 && num(m[3]) <= 31 {
		return nil, false // 03.04.05 could be anything
	}
	return w.eitherWay(a, b, y), true
}

// eitherWay is a day and a month of which we do not know which is which.
func (w *written) eitherWay(a, b, y int) []triple {
	switch {
	case a == b, b > 12:
		return []triple{{y, a, b}}
	case a > 12:
		return []triple{{y, b, a}}
	}
	return []triple{{y, a, b}, {y, b, a}}
}

// compact reads digits alone: 19950308, 950308, and what is left when somebody
// leaves the zeros out.
func (w *written) compact() ([]triple, bool) {
	s := w.text
	if !compact.MatchString(s) {
		return nil, false
	}
	var all []triple
	add := func(y, m, d string) {
		t := triple{w.century(y), num(m), num(d)}
		if (Day{t.y, t.m, t.d}).exists() && w.sane(Day{t.y, t.m, t.d}) {
			all = append(all, t)
		}
	}
	switch len(s) {
	case 8:
		return []triple{{num(s[:4]), num(s[4:6]), num(s[6:])}}, true
	case 7:
		add(s[:4], s[4:5], s[5:])
		add(s[:4], s[4:6], s[6:])
	case 6:
		add(s[:2], s[2:4], s[4:])
		if len(all) == 0 {
			add(s[:4], s[4:5], s[5:])
		}
	}
	return all, len(all) > 0
}

// sane says that who was born then could be writing to us.
func (w *written) sane(d Day) bool {
	age := d.Age(w.now)
	return age >= 10 && age <= oldestAlive
}

var (
	months = regexp.MustCompile(`\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b`)
	others = regexp.MustCompile(`\d+`)
)

// english reads a date with the month's name in it.
func (w *written) english() ([]triple, bool) {
	at := months.FindStringSubmatchIndex(w.text)
	if at == nil {
		return nil, false
	}
	month := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", w.text[at[2]:at[3]])/3 + 1
	n := others.FindAllString(w.text, 3)
	if len(n) != 2 {
		return nil, false
	}
	d, y := n[0], n[1]
	if len(d) == 4 {
		d, y = y, d
	}
	if len(d) > 2 || len(y) != 4 && len(y) != 2 {
		return nil, false
	}
	return []triple{{w.century(y), month, num(d)}}, true
}

// century completes a year of two digits: the newest in which somebody who
// writes to us can have been born.
func (w *written) century(y string) int {
	n := num(y)
	if len(y) > 2 {
		return n
	}
	const youngest = 10
	if n += 2000; n > w.now.Year()-youngest {
		n -= 100
	}
	return n
}

func num(s string) int {
	n, _ := strconv.Atoi(s) // at most eight digits, by the patterns
	return n
}

// settle proves what was read and turns lunar days into ours.
func (w *written) settle(all []triple) (Reading, error) {
	r := Reading{Lunar: w.lunar}
	fault := Unread
	for _, t := range all {
		d, why := w.prove(t)
		if why == "" {
			r.Days = append(r.Days, d)
		} else {
			fault = why
		}
	}
	if len(r.Days) == 0 {
		return Reading{}, fault
	}
	return r, nil
}

func (w *written) prove(t triple) (d Day, why Fault) {
	switch {
	case t.y < w.now.Year()-oldestAlive:
		return d, TooLongAgo
	case t.y > w.now.Year():
		return d, Future
	}
	d = Day{t.y, t.m, t.d}
	if w.lunar {
		var ok bool
		if d, ok = (Lunar{t.y, t.m, t.d, w.leap}).Solar(); !ok {
			return d, NoSuchMoon
		}
	} else if !d.exists() {
		return d, NoSuchDay
	}
	if d.Age(w.now) < 0 {
		return d, Future
	}
	return d, ""
}

// missing says what an unread date lacks.
func (w *written) missing() Fault {
	switch {
	case yearAlone.MatchString(w.text):
		return NoDay
	case dayAlone.MatchString(w.text):
		return NoYear
	case months.MatchString(w.text) && len(others.FindAllString(w.text, 3)) == 1:
		if len(others.FindString(w.text)) == 4 {
			return NoDay
		}
		return NoYear
	}
	return Unread
}
