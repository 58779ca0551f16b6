package templates

import (
	"maps"
	"reflect"
	"slices"
	"time"
)

// samples are values a text could be about: nothing known, everything known
// with one or many of each, and everything but, or nothing but, one field; and
// everything known with each word that a condition compares with.
func (p proof) samples() []any {
	all, met := p.cases[p.about]
	if !met {
		all = slices.Clip(casesOf(p.about))
		p.cases[p.about] = all
	}
	words := map[string]bool{}
	for t := range p.templates() {
		for _, word := range constants(t) {
			words[word] = true
		}
	}
	for _, word := range slices.Sorted(maps.Keys(words)) {
		all = append(all, full(p.about, 2, word).Interface())
	}
	return all
}

// casesOf are those that depend on nothing but the type.
func casesOf(typ reflect.Type) []any {
	all := []any{zero(typ).Interface(), full(typ, 1, "x").Interface(), full(typ, 3, "x").Interface()}
	if typ.Kind() == reflect.Struct {
		for i := range typ.NumField() {
			if !typ.Field(i).IsExported() {
				continue
			}
			without, only := full(typ, 2, "x"), zero(typ)
			without.Field(i).SetZero()
			only.Field(i).Set(full(typ.Field(i).Type, 2, "x"))
			all = append(all, without.Interface(), only.Interface())
		}
	}
	return all
}

var timeType = reflect.TypeFor[time.Time]()

// maxDepth is how far full follows types into each other.
const maxDepth = 4

// zero is a value of which nothing is known. Of a pointer it points somewhere:
// a text is always about something.
func zero(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	if t.Kind() == reflect.Pointer {
		v.Set(reflect.New(t.Elem()))
	}
	return v
}

// full is a value with no empty field: n of everything, and every string word.
func full(t reflect.Type, n int, word string) reflect.Value { return fullAt(t, n, word, 0) }

func fullAt(t reflect.Type, n int, word string, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	if depth > maxDepth {
		return v
	}
	inner := func(t reflect.Type) reflect.Value { return fullAt(t, n, word, depth+1) }
	switch {
	case t == timeType:
		v.Set(reflect.ValueOf(time.Date(2026, 9, 30, 18, 30, 0, 0, time.UTC)))
	case v.CanInt():
		v.SetInt(int64(n))
	case v.CanUint():
		v.SetUint(uint64(n))
	case v.CanFloat():
		v.SetFloat(float64(n))
	}
	switch t.Kind() {
	case reflect.String:
		v.SetString(word)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		if t.NumMethod() == 0 {
			v.Set(reflect.ValueOf(word))
		}
	case reflect.Slice:
		for range n {
			v.Set(reflect.Append(v, inner(t.Elem())))
		}
	case reflect.Array:
		for i := range v.Len() {
			v.Index(i).Set(inner(t.Elem()))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(inner(t.Key()), inner(t.Elem()))
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		v.Elem().Set(inner(t.Elem()))
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				v.Field(i).Set(inner(t.Field(i).Type))
			}
		}
	}
	return v
}

// typesOf are the types that can be reached from t's fields, and t.
func typesOf(t reflect.Type) []reflect.Type {
	var all []reflect.Type
	var add func(reflect.Type)
	add = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if slices.Contains(all, t) {
			return
		}
		all = append(all, t)
		switch t.Kind() {
		case reflect.Slice, reflect.Array, reflect.Map:
			add(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				if t.Field(i).IsExported() {
					add(t.Field(i).Type)
				}
			}
		}
	}
	add(t)
	return all
}

// fieldsOf are the fields of a struct that a text can name.
func fieldsOf(t reflect.Type) []string {
	var all []string
	if t.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous {
			all = append(all, f.Name)
		}
	}
	return all
}
