package templates

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// allowed are the functions of text/template that a text may use besides those
// of funcs. The others build output of any length, call what they are given, or
// escape for pages that we do not make.
var allowed = map[string]bool{
	"and": true, "or": true, "eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true,
	"len": true, "index": true, "slice": true, "print": true, "urlquery": true,
}

// funcs are the functions a text in lang may use. Times are said in zone, or in
// the zone they come with when it is nil.
func funcs(lang string, zone *time.Location, texts map[string]*text) template.FuncMap {
	in := func(t time.Time) time.Time {
		if zone != nil {
			return t.In(zone)
		}
		return t
	}
	say := english
	if lang == "zh-CN" {
		say = chinese
	}
	return template.FuncMap{
		"label":  labels(texts),
		"date":   func(t time.Time) string { return say.date(in(t)) },
		"day":    func(t time.Time) string { return say.day(in(t)) },
		"clock":  func(t time.Time) string { return in(t).Format("15:04") },
		"moment": func(t time.Time) string { return say.day(in(t)) + " " + in(t).Format("15:04") },
		"there":  func(t time.Time) string { return say.day(t) + " " + t.Format("15:04") }, // in the zone it comes with
		"span":   say.span,
		"list":   say.list,
		"plural": plural,
		"not":    func(v any) bool { return !truth(v) },
		"given":  given,
	}
}

// labels lets a text name a choice as the client saw it:
// {{label "complaint.kind" .Kind}}. A choice that is no more is named by its ID.
func labels(texts map[string]*text) func(name string, id any) (string, error) {
	return func(name string, id any) (string, error) {
		t := texts[name]
		if t == nil {
			return "", fmt.Errorf("there is no text %q", name)
		}
		want := fmt.Sprint(id)
		for _, b := range t.buttons {
			if b.id != want {
				continue
			}
			if strings.Contains(b.label, "{{") {
				return "", fmt.Errorf("the label of [%s] in %q is filled in; it cannot be quoted", b.id, name)
			}
			return b.label, nil
		}
		return want, nil
	}
}

// style is how a language says times and lists.
type style struct {
	date, day func(time.Time) string
	span      func(time.Duration) string
	list      func(any) (string, error)
}

var chinese = style{
	date: func(t time.Time) string { return t.Format("2006年1月2日") },
	day: func(t time.Time) string {
		return t.Format("1月2日") + " 周" + string([]rune("日一二三四五六")[t.Weekday()])
	},
	span: func(d time.Duration) string {
		return spanOf(d, func(n int, u unit) string {
			return strconv.Itoa(n) + [...]string{" 年", " 天", " 小时", " 分钟"}[u]
		})
	},
	list: func(v any) (string, error) { return listOf(v, "、", "和") },
}

var english = style{
	date: func(t time.Time) string { return t.Format("2 January 2006") },
	day:  func(t time.Time) string { return t.Format("Mon 2 Jan") },
	span: func(d time.Duration) string {
		return spanOf(d, func(n int, u unit) string {
			one := [...]string{"year", "day", "hour", "minute"}[u]
			many, _ := plural(n, one, one+"s")
			return strconv.Itoa(n) + " " + many
		})
	},
	list: func(v any) (string, error) { return listOf(v, ", ", " and ") },
}

type unit int

const (
	years unit = iota
	days
	hours
	minutes
)

// spanOf says a length of time in its two largest units, rounded up to whole
// minutes: nobody is told "0 minutes" for something still to come. Years of 365
// days are said when there is nothing over.
func spanOf(d time.Duration, say func(int, unit) string) string {
	const year = 365 * 24 * time.Hour
	if d > 0 && d%year == 0 {
		return say(int(d/year), years)
	}
	total := int((d + time.Minute - 1) / time.Minute)
	counts := []int{total / (24 * 60), total / 60 % 24, total % 60}
	var parts []string
	for u, n := range counts {
		if n > 0 && len(parts) < 2 {
			parts = append(parts, say(n, days+unit(u)))
		}
	}
	if len(parts) == 0 {
		return say(0, minutes)
	}
	return strings.Join(parts, " ")
}

// listOf joins the elements of a slice, the last with its own word.
func listOf(v any, comma, and string) (string, error) {
	rv := reflect.ValueOf(v)
	if rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array {
		return "", fmt.Errorf("list wants several things, not a %T", v)
	}
	var parts []string
	for i := range rv.Len() {
		parts = append(parts, fmt.Sprint(rv.Index(i).Interface()))
	}
	if len(parts) < 2 {
		return strings.Join(parts, ""), nil
	}
	last := len(parts) - 1
	return strings.Join(parts[:last], comma) + and + parts[last], nil
}

// plural chooses the English word for a number: {{plural .N "photo" "photos"}}.
func plural(n any, one, many string) (string, error) {
	v := reflect.ValueOf(n)
	switch {
	case v.CanInt() && v.Int() == 1, v.CanUint() && v.Uint() == 1:
		return one, nil
	case v.CanInt(), v.CanUint():
		return many, nil
	}
	return "", errors.New(`plural wants a number and two words: plural .Count "photo" "photos"`)
}

// given makes an unknown time count as nothing in {{if}} and {{with}}, where a
// template would take it for something. compile puts it into every condition.
func given(v any) any {
	if t, ok := v.(time.Time); ok && t.IsZero() {
		return nil
	}
	return v
}

// truth is {{if}}'s own idea of a value, and given's.
func truth(v any) bool {
	is, _ := template.IsTrue(given(v))
	return is
}
