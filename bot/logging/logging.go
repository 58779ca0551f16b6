// Package logging makes the program's log and keeps out of it what must not be
// there. Code logs ids only; this is the last net, for what comes along in an
// error of a library, in a URL, or by mistake.
package logging

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// New is a log at the level (debug, info, warn, error; info when it is another
// word) in the format (json, text; json when it is another word), on w.
func New(w io.Writer, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: l, ReplaceAttr: replace}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

const masked = "•••"

// private are names of attributes whose values nobody may read, whatever they
// look like.
var private = regexp.MustCompile(`(?i)secret|token|password|passwd|authorization|cookie|phone|mobile|id_?card|aes_?key|^text$|^words$`)

// replace is called for every attribute that is no group, the message too.
func replace(_ []string, a slog.Attr) slog.Attr {
	if private.MatchString(a.Key) {
		return slog.String(a.Key, masked)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, Scrub(a.Value.String()))
	case slog.KindAny:
		return slog.Attr{Key: a.Key, Value: scrubAny(a.Value.Any())}
	}
	return a
}

func scrubAny(v any) slog.Value {
	switch v := v.(type) {
	case nil, *slog.Source:
		return slog.AnyValue(v)
	case error:
		return slog.StringValue(Scrub(v.Error()))
	case fmt.Stringer:
		return slog.StringValue(Scrub(v.String()))
	}
	js, err := json.Marshal(v)
	if err != nil {
		return slog.StringValue(Scrub(fmt.Sprintf("%+v", v)))
	}
	if clean := Scrub(string(js)); clean != string(js) {
		return slog.StringValue(clean)
	}
	return slog.AnyValue(v)
}

var (
	botToken = regexp.MustCompile(`[0-9]{6,18}:[A-Za-z0-9_-]{30,}`)
	inQuery  = regexp.MustCompile(`(?i)((?:access_token|refresh_token|secret|ticket|signature|password)(?:\\*["'])?\s*[=:]\s*(?:\\*["'])?)[^&\s"'}\\]+`)
	inURL    = regexp.MustCompile(`(\w://[^\s:@/]*:)[^\s@/]+@`)
	number   = regexp.MustCompile(`[0-9]+[Xx]?`)
	spaced   = regexp.MustCompile(`\b1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}\b`)

	mobile  = regexp.MustCompile(`^(?:0{0,2}86)?1[3-9][0-9]{9}$`)
	citizen = regexp.MustCompile(`^[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]$`)
)

// Scrub masks what looks like a token, a secret in an address, a Chinese mobile
// number or a Chinese identity number. Other long numbers, such as the
// platforms' IDs, stay.
func Scrub(s string) string {
	if !suspicious(s) {
		return s
	}
	s = botToken.ReplaceAllString(s, masked)
	s = inQuery.ReplaceAllString(s, "${1}"+masked)
	s = inURL.ReplaceAllString(s, "${1}"+masked+"@")
	s = spaced.ReplaceAllString(s, masked)
	return number.ReplaceAllStringFunc(s, func(n string) string {
		if mobile.MatchString(strings.TrimRight(n, "Xx")) || citizen.MatchString(n) {
			return masked
		}
		return n
	})
}

// suspicious spares the many short words of a log the regular expressions: all
// of the above hold a digit, or a sign before what is hidden.
func suspicious(s string) bool { return strings.ContainsAny(s, "0123456789=:") }
