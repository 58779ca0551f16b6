package config

import (
	"errors"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"
)

// FuzzLoad reads any file with any environment: what is taken is in order, what
// is not is explained, and the one secret there is stays out of sight. Files are
// in memory.
func FuzzLoad(f *testing.F) {
	example, err := os.ReadFile("config.example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example), "")
	f.Add(good, "REDTHREAD_WECHAT_TOKEN_FILE=/secret\nREDTHREAD_LOG_LEVEL=loud")
	f.Add(strings.Replace(good, "  token: "+tokenValue, "  token_file: /secret", 1), "REDTHREAD_AGENCY_LANGUAGES=en, zh-CN")
	f.Add("wechat: {enabled: [1, {a: &x 2}], app_id: *x}\ntelegram:", "REDTHREAD_TELEGRAM_LIMITS_PER_SECOND=1e9")
	f.Add("{a: &a [*a, *a]}", "REDTHREAD_=\n=\nREDTHREAD_DATABASE_FILE=")
	f.Fuzz(func(t *testing.T, text, environ string) {
		open := func(path string) ([]byte, error) {
			switch path {
			case "config":
				return []byte(text), nil
			case "/secret":
				return []byte(tokenValue + "\n"), nil
			}
			return nil, fs.ErrNotExist
		}
		c, err := load(open, "config", strings.Split(environ, "\n"))
		planted := strings.Contains(text+environ, tokenValue)
		if err != nil {
			var ps Problems
			if !errors.As(err, &ps) || len(ps) == 0 || !planted && strings.Contains(err.Error(), tokenValue) {
				t.Fatalf("explained by %q", err)
			}
			return
		}
		if wrong := c.check(); len(wrong) > 0 {
			t.Fatalf("taken, and wrong: %v", wrong)
		}
		seen := redacted(t, c)
		for _, field := range fieldsOf(reflect.ValueOf(c).Elem(), "") {
			if field.value.Type() == secretType && field.value.Len() > 0 {
				field.value.SetString("another one")
			}
		}
		if redacted(t, c) != seen {
			t.Fatal("a secret can be told by what is shown")
		}
	})
}

func redacted(t *testing.T, c *Config) string {
	t.Helper()
	s, err := c.Redacted()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
