package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/v2"

	"redthread/bot/nearest"
)

const (
	prefix = "REDTHREAD_"

	// maxFile bounds the file and each secret's own file, in bytes.
	maxFile = 1 << 20
)

// Load reads the file at path, or the environment alone when path is empty. Its
// error is Problems.
func Load(path string) (*Config, error) { return load(readBounded, path, os.Environ()) }

func load(open func(path string) ([]byte, error), path string, environ []string) (*Config, error) {
	r := &reader{open: open, config: defaults(), values: koanf.New(".")}
	r.fields = fieldsOf(reflect.ValueOf(r.config).Elem(), "")
	if path != "" {
		r.readFile(path)
	}
	r.readEnvironment(environ)
	if len(r.problems) == 0 {
		r.fill()
	}
	if len(r.problems) == 0 {
		r.problems = r.config.check()
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return r.config, nil
}

// reader gathers the values of the settings from where they stand.
type reader struct {
	open     func(path string) ([]byte, error) // a file
	config   *Config
	fields   []field
	values   *koanf.Koanf
	problems Problems
}

func (r *reader) wrong(setting, format string, args ...any) {
	r.problems = append(r.problems, Problem{setting, fmt.Sprintf(format, args...)})
}

// field is one setting of the Config.
type field struct {
	path  string
	value reflect.Value
}

var (
	secretType   = reflect.TypeFor[Secret]()
	addressType  = reflect.TypeFor[Address]()
	numbersType  = reflect.TypeFor[[]int64]()
	durationType = reflect.TypeFor[time.Duration]()
)

// hidden says that the setting may stand in a file of its own.
func (f field) hidden() bool { return f.value.Type() == secretType || f.value.Type() == addressType }

func fieldsOf(v reflect.Value, section string) []field {
	var all []field
	for i := range v.NumField() {
		path := section + v.Type().Field(i).Tag.Get("config")
		if v.Field(i).Kind() == reflect.Struct {
			all = append(all, fieldsOf(v.Field(i), path+".")...)
			continue
		}
		all = append(all, field{path, v.Field(i)})
	}
	return all
}

// settings are the names that may be set.
func (r *reader) settings() []string {
	var names []string
	for _, f := range r.fields {
		names = append(names, f.path)
		if f.hidden() {
			names = append(names, f.path+"_file")
		}
	}
	return names
}

// file is the configuration file for koanf, which parses it.
type file []byte

func (f file) ReadBytes() ([]byte, error) { return f, nil }

func (f file) Read() (map[string]any, error) {
	return nil, errors.New("config: the file needs a parser")
}

// quoted is what a YAML error repeats of the file.
var quoted = regexp.MustCompile("`[^`]*`")

func (r *reader) readFile(path string) {
	src, err := r.open(path)
	if err != nil {
		r.wrong("", "the configuration file cannot be read: %v", err)
		return
	}
	if err := r.values.Load(file(src), yaml.Parser()); err != nil {
		r.wrong("", "%s is not YAML as we understand it: %s", path, quoted.ReplaceAllString(err.Error(), "…"))
		return
	}
	names := r.settings()
	for _, key := range r.values.Keys() {
		if slices.Contains(names, key) || r.emptySection(key, names) {
			continue
		}
		if slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, key+".") }) {
			r.wrong(key, "this is a section; write its settings indented below it")
			continue
		}
		r.wrong(key, "there is no such setting%s", nearest.Hint(key, names))
	}
	for _, f := range r.fields {
		if f.hidden() && r.values.Get(f.path) != nil && r.values.Get(f.path+"_file") != nil {
			r.wrong(f.path, "it is set here and by %s_file too; keep one", f.path)
		}
	}
}

// emptySection says that nothing has been written in a section.
func (r *reader) emptySection(key string, names []string) bool {
	empty := r.values.Get(key) == nil
	if m, ok := r.values.Get(key).(map[string]any); ok {
		empty = len(m) == 0
	}
	return empty && slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, key+".") })
}

// links are variables that Kubernetes sets for a service of our name.
var links = regexp.MustCompile(`^REDTHREAD_(SERVICE_(HOST|PORT).*|PORT(_.*)?)$`)

// readEnvironment lets REDTHREAD_… override the file, where it is not empty. A secret's value and its
// file override each other's place in the file.
func (r *reader) readEnvironment(environ []string) {
	paths := map[string]string{}
	for _, name := range r.settings() {
		paths[prefix+strings.ToUpper(strings.ReplaceAll(name, ".", "_"))] = name
	}
	given := map[string]string{} // variable by setting
	for _, line := range environ {
		variable, value, _ := strings.Cut(line, "=")
		if value == "" || !strings.HasPrefix(variable, prefix) || variable == prefix+"CONFIG" || links.MatchString(variable) {
			continue
		}
		path, ok := paths[variable]
		if !ok {
			r.wrong(variable, "there is no setting for this variable%s", nearest.Hint(variable, slices.Sorted(maps.Keys(paths))))
			continue
		}
		given[path] = variable
		other := path + "_file"
		if base, isFile := strings.CutSuffix(path, "_file"); isFile {
			other = base
		}
		if given[other] != "" {
			r.wrong(variable, "it is set, and %s too; keep one", given[other])
		}
		r.values.Delete(other)
		r.set(path, value)
	}
}

func (r *reader) set(path string, value any) {
	if err := r.values.Set(path, value); err != nil {
		r.wrong(path, "it cannot be set: %v", err)
	}
}

// fill moves the values into the Config.
func (r *reader) fill() {
	for _, f := range r.fields {
		value := r.values.Get(f.path)
		if f.hidden() {
			if from := r.values.Get(f.path + "_file"); from != nil {
				value = r.secretFrom(f.path+"_file", from)
			}
		}
		if value == nil {
			continue
		}
		if err := put(f.value, value); err != nil {
			r.wrong(f.path, "%v", err)
		}
	}
}

// secretFrom reads a secret's own file, without the line break at its end.
func (r *reader) secretFrom(setting string, from any) any {
	path, ok := from.(string)
	if !ok || path == "" {
		r.wrong(setting, "expected the path of a file")
		return nil
	}
	src, err := r.open(path)
	if err != nil {
		r.wrong(setting, "the file cannot be read: %v", err)
		return nil
	}
	secret := strings.TrimRight(string(src), "\r\n")
	if secret == "" {
		r.wrong(setting, "the file %s is empty; expected the secret in it", path)
		return nil
	}
	return secret
}

func readBounded(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a folder", path)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return os.ReadFile(path)
}

// put sets v to what was written for it. Its errors do not repeat what was
// written for a Secret or an Address.
func put(v reflect.Value, written any) error {
	s, isString := written.(string)
	switch {
	case v.Type() == durationType:
		d, err := time.ParseDuration(s)
		if err != nil {
			return fmt.Errorf("%v is not a length of time; expected one like 4s, 90m or 48h", written)
		}
		v.SetInt(int64(d))
	case v.Kind() == reflect.String:
		if !isString {
			return errors.New(`expected words; put what is meant as words into quotes: "…"`)
		}
		v.SetString(s)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(fmt.Sprint(written))
		if err != nil {
			return fmt.Errorf("%v is neither true nor false", written)
		}
		v.SetBool(b)
	case v.CanInt():
		n, err := strconv.ParseInt(fmt.Sprint(written), 10, 64)
		if err != nil || v.OverflowInt(n) {
			return fmt.Errorf("%v is not a whole number", written)
		}
		v.SetInt(n)
	case v.Type() == numbersType:
		list, err := numbers(written)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(list))
	case v.Kind() == reflect.Slice:
		list, err := words(written)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(list))
	}
	return nil
}

// words reads a list: [a, b] in the file, "a,b" in the environment.
func words(written any) ([]string, error) {
	var list []string
	switch w := written.(type) {
	case string:
		for _, s := range strings.Split(w, ",") {
			list = append(list, strings.TrimSpace(s))
		}
	case []any:
		for _, e := range w {
			s, ok := e.(string)
			if day, isDay := e.(time.Time); isDay { // YAML's own reading of 2026-10-01
				s, ok = day.Format(time.DateOnly), true
			}
			if !ok {
				return nil, errors.New("expected a list of words, like [zh-CN, en]")
			}
			list = append(list, s)
		}
	default:
		return nil, errors.New("expected a list, like [zh-CN, en]")
	}
	return list, nil
}

// numbers reads a list of whole numbers: [-1, -2] in the file, "-1,-2" in the
// environment.
func numbers(written any) ([]int64, error) {
	var parts []string
	switch w := written.(type) {
	case []any:
		for _, e := range w {
			parts = append(parts, fmt.Sprint(e))
		}
	default:
		parts = strings.Split(fmt.Sprint(w), ",")
	}
	var list []int64
	for _, p := range parts {
		n, err := strconv.ParseInt(strings.TrimSpace(p), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number; expected a list of them", p)
		}
		list = append(list, n)
	}
	return list, nil
}

// Redacted is the configuration as a file, with the defaults filled in and the
// secrets out of sight.
func (c *Config) Redacted() (string, error) {
	k := koanf.New(".")
	for _, f := range fieldsOf(reflect.ValueOf(c).Elem(), "") {
		value := f.value.Interface()
		if f.hidden() || f.value.Type() == durationType {
			value = fmt.Sprint(value)
		}
		if err := k.Set(f.path, value); err != nil {
			return "", fmt.Errorf("config: print %s: %w", f.path, err)
		}
	}
	out, err := k.Marshal(yaml.Parser())
	if err != nil {
		return "", fmt.Errorf("config: print: %w", err)
	}
	return string(out), nil
}
