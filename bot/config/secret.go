package config

import (
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

const masked = "•••"

// Secret is a word that must not be seen. However it is printed, logged or
// marshalled, it says "•••"; Reveal alone gives it away.
type Secret string

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String says that there is a secret, or is empty when there is none.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return masked
}

// Format keeps every verb of fmt from showing the secret.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue keeps it out of logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps it out of JSON and other text forms.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalYAML keeps it out of YAML.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// Address is the place of a server, which may hold a password. Printed, logged
// or marshalled it shows everything else; Reveal gives it whole.
type Address string

// Reveal is the address with its password.
func (a Address) Reveal() string { return string(a) }

var (
	// password finds USER:PASSWORD@ after the scheme. A password may hold a "@".
	password = regexp.MustCompile(`^([a-z+]+:(?://)?[^:@/]*):(.*)@`)
	// option finds the password among what follows a "?".
	option = regexp.MustCompile(`(password=)[^&]*`)
)

// String is the address without its passwords.
func (a Address) String() string {
	return option.ReplaceAllString(password.ReplaceAllString(string(a), "$1:"+masked+"@"), "${1}"+masked)
}

// Format keeps every verb of fmt from showing the password.
func (a Address) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(a.String())) }

// LogValue keeps the password out of logs.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText keeps the password out of JSON and other text forms.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// MarshalYAML keeps the password out of YAML.
func (a Address) MarshalYAML() (any, error) { return a.String(), nil }

// known are secrets that stand in handbooks and examples.
var known = []string{
	"123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11", // Telegram's documentation
	"110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
	"jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", // WeChat's documentation
	"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}

// placeholder are the words that people leave standing.
var placeholder = regexp.MustCompile(`(?i)change.?me|password|example|secret|your[-_ ]|default|redthread|test|12345678`)

// weakness says why anybody could guess the secret, or "".
func weakness(s string, shortest int) string {
	different := map[rune]bool{}
	for _, c := range s {
		different[c] = true
	}
	switch {
	case slices.Contains(known, s):
		return "it stands in a handbook, so everybody knows it"
	case len(s) < shortest:
		return fmt.Sprintf("it has %d characters, fewer than %d", len(s), shortest)
	case len(different) < 6:
		return "it repeats a few characters only"
	case placeholder.MatchString(s):
		return fmt.Sprintf("it looks like a placeholder (%q)", strings.ToLower(placeholder.FindString(s)))
	}
	return ""
}
