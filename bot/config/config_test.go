package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
)

// The secrets of these tests. None may be seen anywhere.
const (
	appSecretValue = "0f3a9c1d5e7b2846a0c9d8e7f6b5a493"
	tokenValue     = "kT9wQz3Lm7Xc5Vb1"
	aesValue       = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5lM7nP9r"
	botTokenValue  = "7012345699:AAHkq8Zr-3vXw_9LmN2pQs5TuYbCdEfGhIj"
	hookValue      = "Zk8_qW3eR5tY7uI9oP1aS3dF5gH7jK9l"
	dbPassword     = "p@ss:w/ord9"
)

const good = `
agency:
  name_zh: 红线
  name_en: Redthread
  hours_zh: 九点到六点
  hours_en: nine to six
listen:
  address: :8080
  public_url: https://bot.example.com
database: mysql:bot:` + dbPassword + `@tcp(db:3306)/redthread
wechat:
  enabled: true
  app_id: wx0123456789abcdef
  app_secret: ` + appSecretValue + `
  token: ` + tokenValue + `
  aes_key: ` + aesValue + `
telegram:
  enabled: true
  token: "` + botTokenValue + `"
  webhook_secret: ` + hookValue + `
`

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func loadText(t *testing.T, text string, environ ...string) (*Config, error) {
	t.Helper()
	return load(readBounded, writeFile(t, "config.yaml", text), environ)
}

func TestLoad(t *testing.T) {
	c, err := loadText(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if c.WeChat.AppSecret.Reveal() != appSecretValue || c.Database.Reveal() != "mysql:bot:"+dbPassword+"@tcp(db:3306)/redthread" {
		t.Error("a secret was read wrongly")
	}
	if c.WeChat.ReplyWithin != 4*time.Second || c.Telegram.Limits.PerSecond != 30 || !c.WeChat.MenuLinks {
		t.Errorf("a default is missing: %+v", c)
	}
	if got := c.Agency.Location().String(); got != "Asia/Shanghai" {
		t.Errorf("zone %s", got)
	}
}

func TestWorkingCalendar(t *testing.T) {
	c, err := loadText(t, good+"calendar:\n  hours: [mon-fri 9:00-18:00]\n  workdays:\n    - 2026-10-03\n    - 2026-10-04 10:00-12:00\n",
		"REDTHREAD_CALENDAR_HOLIDAYS=2026-12-24,2026-12-25")
	if err != nil {
		t.Fatal(err)
	}
	cal, err := c.WorkingCalendar()
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]bool{
		"2026-10-01T10:00:00+08:00": false, "2026-10-03T10:00:00+08:00": true, "2026-10-04T13:00:00+08:00": false,
		"2026-12-24T10:00:00+08:00": false, "2026-12-23T10:00:00+08:00": true, "2026-12-23T10:00:00Z": false,
	} {
		when, _ := time.Parse(time.RFC3339, at)
		if cal.Open(when) != want {
			t.Errorf("open at %s: %v", at, !want)
		}
	}
}

func TestRedisForms(t *testing.T) {
	for _, form := range []string{
		"redis://redis:6379/0", "rediss://:pw@redis:6379", "redis+sentinel://:pw@a:26379,b:26379/main?db=2", "rediss+cluster://u:pw@a:6379,b:6379",
	} {
		c, err := loadText(t, "redis: "+form+"\n"+good)
		if err != nil || c.Redis.Reveal() != form {
			t.Errorf("%s: %v", form, err)
		}
	}
}

// TestBadSettings: each wrong setting is named, with what is expected.
func TestBadSettings(t *testing.T) {
	for _, tt := range []struct{ name, old, new, want string }{
		{"unknown setting", "enabled: true\n  app_id", "enabled: true\n  app_idd: x\n  app_id", `wechat.app_idd: there is no such setting; did you mean "wechat.app_id"?`},
		{"unknown section", "telegram:", "telegramm:", `telegramm.enabled: there is no such setting; did you mean "telegram.enabled"?`},
		{"section as a word", "listen:\n  address: :8080\n  public_url: https://bot.example.com", "listen: :8080", "listen: this is a section"},
		{"not YAML", "agency:", "agency: [", "is not YAML"},
		{"setting twice", "  address: :8080\n", "  address: :8080\n  address: :8081\n", "is not YAML"},
		{"number for words", "name_en: Redthread", "name_en: 7", `agency.name_en: expected words; put what is meant as words into quotes`},
		{"list for a secret", "token: " + tokenValue, "token: [" + tokenValue + "]", "wechat.token: expected words"},
		{"value and file", "  token: " + tokenValue, "  token_file: /t\n  token: " + tokenValue, "wechat.token: it is set here and by wechat.token_file too"},
		{"no secret file", "  token: " + tokenValue, "  token_file: /nowhere/token", "wechat.token_file: the file cannot be read"},

		{"no name", "name_zh: 红线", "name_zh: ' '", "agency.name_zh: it is empty"},
		{"long name", "name_zh: 红线", "name_zh: " + strings.Repeat("红", 101), "agency.name_zh: it has 101 characters; expected 100"},
		{"no hours", "  hours_en: nine to six\n", "", "agency.hours_en: it is empty"},
		{"phone", "  name_zh", "  phone: ask us\n  name_zh", `agency.phone: "ask us"; expected a number like +86 21 1234 5678`},
		{"zone", "  name_zh", "  timezone: Beijing\n  name_zh", `agency.timezone: "Beijing" is not a time zone; expected one like Asia/Shanghai`},
		{"language", "  name_zh", "  languages: [zh, en]\n  name_zh", `agency.languages: "zh" is not a language we speak; expected zh-CN, en`},
		{"no language", "  name_zh", "  languages: []\n  name_zh", "agency.languages: it is empty"},
		{"language twice", "  name_zh", "  languages: [en, en]\n  name_zh", `agency.languages: "en" stands there twice`},
		{"languages as a number", "  name_zh", "  languages: 3\n  name_zh", "agency.languages: expected a list"},
		{"calendar hours", "database:", "calendar: {hours: [someday 9-18]}\ndatabase:", `calendar.hours: "someday 9-18": "someday" names no day`},
		{"calendar without hours", "database:", "calendar: {hours: []}\ndatabase:", "calendar.hours: no day has hours; expected at least one"},
		{"calendar day twice", "database:", "calendar: {holidays: [2026-12-24], workdays: [2026-12-24]}\ndatabase:", "calendar.workdays: \"2026-12-24\": 2026-12-24 is named already"},
		{"public holidays", "database:", "calendar: {public_holidays: germany}\ndatabase:", `calendar.public_holidays: "germany"; expected china, none`},
		{"promise", "database:", "promises: {answer: 40h}\ndatabase:", "promises.answer: 40h0m0s; expected 10m to 27h0m0s of working time, which is 3 working days"},
		{"address", "address: :8080", "address: '8080'", `listen.address: "8080"; expected HOST:PORT`},
		{"port", "address: :8080", "address: :99999", "listen.address"},
		{"admin address", "database:", "admin: {address: '9180'}\ndatabase:", `admin.address: "9180"; expected HOST:PORT like 127.0.0.1:9180, or nothing`},
		{"admin address is taken", "database:", "admin: {address: ':8080'}\ndatabase:", "admin.address: it is the same as listen.address"},
		{"alert", "database:", "admin: {alert_after: 5s}\ndatabase:", "admin.alert_after: 5s; expected 1m0s to 24h0m0s"},
		{"public URL", "https://bot.example.com", "http://bot.example.com", "listen.public_url: expected an address like https://bot.example.com"},
		{"public URL's port", "https://bot.example.com", "https://bot.example.com:9000", "listen.public_url: port 9000; Telegram calls 443"},
		{"database", "database: mysql:", "database: postgres:", `database: expected "sqlite:FILE" or "mysql:USER:PASSWORD@tcp(HOST:3306)/NAME"`},
		{"database's place", "database: mysql:bot:" + dbPassword + "@tcp(db:3306)/redthread", "database: 'mysql:db'", `database: expected "mysql:`},
		{"redis", "database:", "redis: localhost:6379\ndatabase:", `redis: expected "redis://`},
		{"keys", "database:", "keys: ''\ndatabase:", "keys: it is empty"},
		{"redis cluster", "database:", "redis: redis+cluster://a,b\ndatabase:", `redis: expected "redis://`},
		{"redis sentinel", "database:", "redis: redis+sentinel://a:26379\ndatabase:", `redis: expected "redis://`},
		{"limits", "database:", "limits: {messages_per_minute: -1, media_at_once: 0}\ndatabase:", "limits.messages_per_minute: -1; expected 1 to 10000"},
		{"limits at once", "database:", "limits: {media_at_once: 0}\ndatabase:", "limits.media_at_once: 0; expected at least 1"},
		{"blobs", "database:", "blobs: ''\ndatabase:", "blobs: it is empty"},
		{"no platform", "enabled: true", "enabled: false", "wechat.enabled: no platform is enabled"},
		{"neither true nor false", "enabled: true\n  app_id", "enabled: maybe\n  app_id", "wechat.enabled: maybe is neither true nor false"},

		{"app id", "wx0123456789abcdef", "gh_0123456789ab", `wechat.app_id: "gh_0123456789ab"; expected the account's 开发者ID`},
		{"no app secret", "  app_secret: " + appSecretValue + "\n", "", "wechat.app_secret: it is missing; expected the account's 开发者密码: 32 letters and digits (also by wechat.app_secret_file)"},
		{"short app secret", appSecretValue, appSecretValue[:31], "wechat.app_secret: it is too weak: it has 31 characters, fewer than 32"},
		{"app secret's form", appSecretValue, appSecretValue[:31] + "-", "wechat.app_secret: it has another form"},
		{"repeating app secret", appSecretValue, strings.Repeat("ab", 16), "wechat.app_secret: it is too weak: it repeats a few characters"},
		{"placeholder token", tokenValue, "myChangeMeToken99", `wechat.token: it is too weak: it looks like a placeholder ("changeme")`},
		{"short token", tokenValue, "kT9w", "wechat.token: it is too weak: it has 4 characters, fewer than 16"},
		{"AES key", aesValue, aesValue + "x", "wechat.aes_key: it has another form; expected 43"},
		{"handbook's AES key", aesValue, known[2], "wechat.aes_key: it is too weak: it stands in a handbook"},
		{"same AES key", "  token: " + tokenValue, "  previous_aes_key: " + aesValue + "\n  token: " + tokenValue, "wechat.previous_aes_key: it is the same"},
		{"mode", "  app_id", "  mode: secure\n  app_id", `wechat.mode: "secure"; expected safe, compatible, plain`},
		{"reply within", "  app_id", "  reply_within: 5s\n  app_id", "wechat.reply_within: 5s; expected 500ms to 4.9s"},
		{"a time without a unit", "  app_id", "  reply_within: 4\n  app_id", "wechat.reply_within: 4 is not a length of time; expected one like 4s"},
		{"allowance", "  app_id", "  allowances: {message_count: 0}\n  app_id", "wechat.allowances.message_count: 0; expected 1 to 100"},
		{"a number in words", "  app_id", "  allowances: {message_count: five}\n  app_id", "wechat.allowances.message_count: five is not a whole number"},
		{"template without fields", "  app_id", "  templates: {reply_kept: {id: T1}}\n  app_id", "wechat.templates.reply_kept: expected an id and fields, or neither"},
		{"template's field", "  app_id", "  templates: {reply_kept: {id: T1, fields: [Thing=note]}}\n  app_id", `wechat.templates.reply_kept.fields: "Thing" is not the name of a template's field`},
		{"what a template tells", "  app_id", "  templates: {staff_waiting: {id: T1, fields: [thing1=name]}}\n  app_id", `wechat.templates.staff_waiting.fields: "name"; expected thing1=, and one of note, agency, time, count`},
		{"templates too often", "  app_id", "  templates: {every: 1m}\n  app_id", "wechat.templates.every: 1m0s; expected 1h0m0s to 720h0m0s"},
		{"a group of the staff that is none", "  webhook_secret", "  staff_groups: [-100, 5]\n  webhook_secret", "telegram.staff_groups: 5 is no group; expected its ID, which is below 0"},
		{"a group twice", "  webhook_secret", "  staff_groups: [-100, -100]\n  webhook_secret", "telegram.staff_groups: -100 stands there twice"},
		{"a group in words", "  webhook_secret", "  staff_groups: [staff]\n  webhook_secret", `telegram.staff_groups: "staff" is not a whole number`},
		{"base URL", "  app_id", "  base_url: ftp://x\n  app_id", "wechat.base_url: expected an address"},

		{"bot token", botTokenValue, botTokenValue[:20], "telegram.token: it is too weak: it has 20 characters"},
		{"bot token's form", botTokenValue, "bot" + botTokenValue, "telegram.token: it has another form"},
		{"handbook's bot token", botTokenValue, known[0], "telegram.token: it is too weak: it stands in a handbook"},
		{"hook", hookValue, hookValue + "!", "telegram.webhook_secret: it has another form"},
		{"short hook", hookValue, hookValue[:31], "telegram.webhook_secret: it is too weak"},
		{"limits", "  webhook_secret", "  limits: {per_second: -1}\n  webhook_secret", "telegram.limits.per_second: -1; expected 1 to 1000"},
		{"invitation", "database:", "staff: {invite_expires: 1s}\ndatabase:", "staff.invite_expires: 1s; expected 1m0s to 720h0m0s"},
		{"capacity", "database:", "staff: {capacity: 0}\ndatabase:", "staff.capacity: 0; expected 1 to 20"},
		{"ladder", "database:", "alerts: {owner: 10s}\ndatabase:", "alerts.owner: 10s; expected 1m0s to 8h0m0s"},
		{"repeated", "database:", "alerts: {repeat: 1s}\ndatabase:", "alerts.repeat: 1s; expected 10m0s to 24h0m0s"},
		{"bundle", "database:", "alerts: {bundle: 0}\ndatabase:", "alerts.bundle: 0; expected 1 to 100"},
		{"slow answers", "database:", "sla: {talk_next: 9h}\ndatabase:", "sla.talk_next: 9h0m0s; expected 1m0s to 8h0m0s"},
		{"slow complaints", "database:", "sla: {complaint_close: 1m}\ndatabase:", "sla.complaint_close: 1m0s; expected 1h to 500h"},
		{"no time to answer", "database:", "recommend: {answer_within: 1h}\ndatabase:", "recommend.answer_within: 1h0m0s; expected 24h0m0s to 720h0m0s"},
		{"no time to agree", "database:", "recommend: {agree_within: 1h}\ndatabase:", "recommend.agree_within: 1h0m0s; expected 24h0m0s to 336h0m0s"},
		{"pace", "database:", "recommend: {pace: 1h}\ndatabase:", "recommend.pace: 1h0m0s; expected 24h0m0s to 8760h0m0s"},
		{"term", "database:", "recommend: {term_remind: 1h}\ndatabase:", "recommend.term_remind: 1h0m0s; expected 24h0m0s to 2160h0m0s"},
		{"dates a day", "database:", "dates: {per_day: 1001}\ndatabase:", "dates.per_day: 1001; expected 1 to 1000, or 0"},
		{"first hour", "database:", "dates: {earliest: 24}\ndatabase:", "dates.earliest: 24; expected an hour from 0 to 23"},
		{"last hour", "database:", "dates: {latest: 8}\ndatabase:", "dates.latest: 8; expected an hour from dates.earliest, which is 9, to 23"},
		{"at short notice", "database:", "dates: {notice: 1m}\ndatabase:", "dates.notice: 1m0s; expected 1h0m0s to 720h0m0s"},
		{"short dates", "database:", "dates: {lasts: 1m}\ndatabase:", "dates.lasts: 1m0s; expected 30m0s to 12h0m0s"},
		{"no time to pick", "database:", "dates: {answer: 1m}\ndatabase:", "dates.answer: 1m0s; expected 1h0m0s to 168h0m0s"},
		{"late reminder", "database:", "dates: {remind: 10m}\ndatabase:", "dates.remind: 10m0s; expected 1h0m0s to 20h0m0s"},
		{"late silence", "database:", "dates: {silence: 1m}\ndatabase:", "dates.silence: 1m0s; expected 15m0s to 20h0m0s"},
		{"silence before the reminder", "database:", "dates: {silence: 4h}\ndatabase:", "dates.silence: 4h0m0s; expected less than dates.remind, which is 4h0m0s"},
		{"no round", "database:", "dates: {rounds: 0}\ndatabase:", "dates.rounds: 0; expected 1 to 20"},
		{"home at once", "database:", "dates: {home: 1m}\ndatabase:", "dates.home: 1m0s; expected 15m0s to 12h0m0s"},
		{"share", "database:", "checks: {share: 101}\ndatabase:", "checks.share: 101; expected 0 to 100"},
		{"weight", "database:", "sla: {grave: 0}\ndatabase:", "sla.grave: 0; expected 1 to 100"},
		{"reminder", "database:", "staff: {papers_remind: 1m}\ndatabase:", "staff.papers_remind: 1m0s; expected 1h0m0s to 4320h0m0s"},
		{"offer", "database:", "desk: {offer_within: 1s}\ndatabase:", "desk.offer_within: 1s; expected 10s to 1h0m0s"},
		{"late answer", "database:", "desk: {answer_within: 9h}\ndatabase:", "desk.answer_within: 9h0m0s; expected 1m0s to 8h0m0s"},
		{"copies a day", "database:", "copies: {per_day: 0}\ndatabase:", "copies.per_day: 0; expected 1 to 100"},
		{"copies for long", "database:", "copies: {keep_for: 1000h}\ndatabase:", "copies.keep_for: 1000h0m0s; expected 10m0s to 168h0m0s"},
		{"copies' downloads", "database:", "copies: {downloads: 1000}\ndatabase:", "copies.downloads: 1000; expected 1 to 100"},
		{"large copies", "database:", "copies: {max_bytes: 52428800}\ndatabase:", "copies.max_bytes: 52428800; expected 1048576 to 47185920"},
		{"too young", "database:", "eligibility: {men: 17}\ndatabase:", "eligibility.men: 17; expected 18 to 80"},
		{"consents too short", "database:", "retention: {consents_days: 365}\ndatabase:", "retention.consents_days: 365; expected 1095 to 10950 days"},
		{"drafts for ever", "database:", "retention: {drafts_days: 0}\ndatabase:", "retention.drafts_days: 0; expected 1 to 10950 days"},
		{"no hour", "database:", "retention: {hour: 24}\ndatabase:", "retention.hour: 24; expected 0 to 23"},
		{"media", "database:", "media: {max_bytes: 99999999999}\ndatabase:", "media.max_bytes: 99999999999; expected 1024 to 20971520"},
		{"level", "database:", "log: {level: loud}\ndatabase:", `log.level: "loud"; expected debug, info, warn, error`},
		{"format", "database:", "log: {format: xml}\ndatabase:", `log.format: "xml"; expected json, text`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("%q is not in the good file", tt.old)
			}
			_, err := loadText(t, strings.ReplaceAll(good, tt.old, tt.new))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v\nwant %q", err, tt.want)
			}
			for _, secret := range []string{appSecretValue, tokenValue, aesValue, botTokenValue, hookValue, dbPassword} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows a secret: %v", err)
				}
			}
		})
	}
}

// TestAllProblems: one round with whoever sets up the house, not ten.
func TestAllProblems(t *testing.T) {
	_, err := loadText(t, "wechat: {enabled: true}\ntelegram: {enabled: true}\n")
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 10 {
		t.Errorf("want 4 of the agency, 4 of wechat, 2 of telegram; got %v", err)
	}
}

func TestOnlyEnabledPlatformsAreChecked(t *testing.T) {
	_, err := loadText(t, strings.Replace(strings.Replace(good, "wechat:\n  enabled: true", "wechat:\n  enabled: false", 1), appSecretValue, "", 1))
	if err != nil {
		t.Error(err)
	}
}

func TestEnvironment(t *testing.T) {
	other := "11112222333344445555aaaabbbbcccc"
	secretFile := writeFile(t, "secret", other+"\r\n")
	c, err := loadText(t, strings.Replace(good, "  token: "+tokenValue, "  token_file: /nowhere", 1),
		"PATH=/bin",
		"REDTHREAD_CONFIG=ignored.yaml",
		"REDTHREAD_SERVICE_HOST=10.0.0.1", "REDTHREAD_PORT=tcp://10.0.0.1:80", "REDTHREAD_PORT_80_TCP=tcp://10.0.0.1:80",
		"REDTHREAD_WECHAT_APP_SECRET_FILE="+secretFile,
		"REDTHREAD_WECHAT_TOKEN="+tokenValue,
		"REDTHREAD_WECHAT_MENU_LINKS=false",
		"REDTHREAD_WECHAT_REPLY_WITHIN=3s",
		"REDTHREAD_TELEGRAM_LIMITS_PER_SECOND=10",
		"REDTHREAD_AGENCY_LANGUAGES=en, zh-CN",
		"REDTHREAD_AGENCY_NAME_EN=",
	)
	if err != nil {
		t.Fatal(err)
	}
	got := []any{c.WeChat.AppSecret.Reveal(), c.WeChat.Token.Reveal(), c.WeChat.MenuLinks, c.WeChat.ReplyWithin, c.Telegram.Limits.PerSecond, c.Agency.Languages, c.Agency.NameEN}
	want := []any{other, tokenValue, false, 3 * time.Second, 10, []string{"en", "zh-CN"}, "Redthread"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestEnvironmentRefuses(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		want    string
	}{
		{[]string{"REDTHREAD_WECHAT_APP_SECRT=x"}, `REDTHREAD_WECHAT_APP_SECRT: there is no setting for this variable; did you mean "REDTHREAD_WECHAT_APP_SECRET"?`},
		{[]string{"REDTHREAD_WECHAT_TOKEN=x", "REDTHREAD_WECHAT_TOKEN_FILE=y"}, "REDTHREAD_WECHAT_TOKEN_FILE: it is set, and REDTHREAD_WECHAT_TOKEN too; keep one"},
		{[]string{"REDTHREAD_WECHAT_TOKEN_FILE=" + os.TempDir()}, "wechat.token_file: the file cannot be read"},
		{[]string{"REDTHREAD_LOG_LEVEL=loud"}, `log.level: "loud"; expected`},
	} {
		_, err := loadText(t, good, tt.environ...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: got %v\nwant %q", tt.environ, err, tt.want)
		}
	}
}

func TestEmptySecretFile(t *testing.T) {
	_, err := loadText(t, good, "REDTHREAD_WECHAT_TOKEN_FILE="+writeFile(t, "empty", "\n"))
	if err == nil || !strings.Contains(err.Error(), "is empty; expected the secret in it") {
		t.Error(err)
	}
}

func TestNoFile(t *testing.T) {
	_, err := load(readBounded, filepath.Join(t.TempDir(), "none.yaml"), nil)
	if err == nil || !strings.Contains(err.Error(), "the configuration file cannot be read") {
		t.Error(err)
	}
}

// TestEnvironmentAlone: a container needs no file.
func TestEnvironmentAlone(t *testing.T) {
	c, err := load(readBounded, "", []string{
		"REDTHREAD_AGENCY_NAME_ZH=红线", "REDTHREAD_AGENCY_NAME_EN=R", "REDTHREAD_AGENCY_HOURS_ZH=九点", "REDTHREAD_AGENCY_HOURS_EN=9",
		"REDTHREAD_TELEGRAM_ENABLED=true", "REDTHREAD_TELEGRAM_TOKEN=" + botTokenValue, "REDTHREAD_TELEGRAM_WEBHOOK_SECRET=" + hookValue,
	})
	if err != nil || !c.Telegram.Enabled || c.Database != "sqlite:data/redthread.db" {
		t.Errorf("%v, %v", c, err)
	}
}

// TestExample: it knows every setting, and a newcomer who fills in one
// platform's secrets has a configuration.
func TestExample(t *testing.T) {
	text := strings.ReplaceAll(Example, "\n  # ", "\n  ")
	for _, f := range fieldsOf(reflect.ValueOf(&Config{}).Elem(), "") {
		name := f.path[strings.LastIndex(f.path, ".")+1:]
		if !strings.Contains(text, name+":") {
			t.Errorf("the example lacks %s", f.path)
		}
	}
	_, err := loadText(t, Example, "REDTHREAD_TELEGRAM_ENABLED=true", "REDTHREAD_TELEGRAM_TOKEN="+botTokenValue, "REDTHREAD_TELEGRAM_WEBHOOK_SECRET="+hookValue)
	if err != nil {
		t.Error(err)
	}
	_, err = loadText(t, Example)
	if err == nil || !strings.Contains(err.Error(), "no platform is enabled") {
		t.Errorf("the example as it is: %v", err)
	}
}

// TestExampleShowsDefaults: what stands in its comments is true.
func TestExampleShowsDefaults(t *testing.T) {
	var lines []string
	for _, l := range strings.Split(Example, "\n") {
		bare := strings.TrimLeft(l, " ")
		setting := strings.TrimPrefix(bare, "# ")
		name, _, ok := strings.Cut(strings.TrimSpace(setting), ":")
		if setting != bare && ok && isSetting(name) {
			l = l[:len(l)-len(bare)] + setting
		}
		lines = append(lines, l)
	}
	full, err := yaml.Parser().Unmarshal([]byte(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	var check func(section string, m map[string]any)
	seen := 0
	check = func(section string, m map[string]any) {
		for key, value := range m {
			if sub, ok := value.(map[string]any); ok {
				check(section+key+".", sub)
				continue
			}
			for _, f := range fieldsOf(reflect.ValueOf(defaults()).Elem(), "") {
				if f.path != section+key || strings.HasPrefix(f.path, "agency.name") || strings.HasPrefix(f.path, "agency.hours") {
					continue
				}
				seen++
				written := reflect.New(f.value.Type()).Elem()
				if err := put(written, value); err != nil || !reflect.DeepEqual(written.Interface(), f.value.Interface()) {
					t.Errorf("%s: the example says %v, the default is %v", f.path, value, f.value)
				}
			}
		}
	}
	check("", full)
	if all := len(fieldsOf(reflect.ValueOf(defaults()).Elem(), "")); seen != all-4 {
		t.Errorf("compared %d of %d settings", seen, all-4)
	}
}

func isSetting(name string) bool {
	if slices.Contains([]string{"allowances", "limits", "templates", "staff_waiting", "reply_kept"}, name) {
		return true
	}
	for _, f := range fieldsOf(reflect.ValueOf(defaults()).Elem(), "") {
		if f.path == name || strings.HasSuffix(f.path, "."+name) {
			return true
		}
	}
	return false
}

// Lists are read from the file and from the environment alike.
func TestGroupsAndTemplates(t *testing.T) {
	const file = "  templates: {every: 24h, reply_kept: {id: T1, fields: [thing1=note, time2 = time]}}\n  app_id"
	c, err := loadText(t, strings.Replace(strings.Replace(good, "  app_id", file, 1), "  webhook_secret", "  staff_groups: [-1001, -1002]\n  webhook_secret", 1))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Telegram.StaffGroups, []int64{-1001, -1002}) {
		t.Errorf("groups %v", c.Telegram.StaffGroups)
	}
	w := c.WeChat.Templates
	if got, want := w.ReplyKept.Tells(), map[string]string{"thing1": "note", "time2": "time"}; w.ReplyKept.ID != "T1" || w.Every != 24*time.Hour || !maps.Equal(got, want) {
		t.Errorf("templates %+v", w)
	}
	if w.StaffWaiting.ID != "" || len(w.StaffWaiting.Tells()) != 0 {
		t.Errorf("a template that nobody set: %+v", w.StaffWaiting)
	}
}

// TestSecretsAreNotSeen prints a configuration in every way there is.
func TestSecretsAreNotSeen(t *testing.T) {
	c, err := loadText(t, good)
	if err != nil {
		t.Fatal(err)
	}
	redacted, err := c.Redacted()
	if err != nil {
		t.Fatal(err)
	}
	js, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	ym, err := yaml.Parser().Marshal(map[string]any{"c": c, "s": c.WeChat.Token, "d": c.Database})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("c", "c", c, "token", c.WeChat.Token, "db", c.Database)
	slog.New(slog.NewTextHandler(&log, nil)).Info("c", "c", c, "token", c.WeChat.Token, "db", c.Database)
	seen := redacted + string(js) + string(ym) + log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		seen += fmt.Sprintf(verb, *c) + fmt.Sprintf(verb, c.WeChat.Token) + fmt.Sprintf(verb, c.Database)
	}
	for _, secret := range []string{appSecretValue, tokenValue, aesValue, botTokenValue, hookValue, dbPassword, fmt.Sprintf("%x", tokenValue)} {
		if strings.Contains(seen, secret) {
			t.Errorf("%s can be seen", secret)
		}
	}
	for _, want := range []string{"app_secret: •••", `previous_aes_key: ""`, "mysql:bot:•••@tcp(db:3306)/redthread", "reply_within: 4s"} {
		if !strings.Contains(redacted, want) {
			t.Errorf("%q is not in\n%s", want, redacted)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[Address]string{
		"":                               "",
		"sqlite:data/redthread.db":       "sqlite:data/redthread.db",
		"mysql:bot:a@b/c@tcp(db:3306)/r": "mysql:bot:•••@tcp(db:3306)/r",
		"mysql:bot@tcp(db:3306)/r":       "mysql:bot@tcp(db:3306)/r",
		"redis://:pw@redis:6379/0":       "redis://:•••@redis:6379/0",
		"rediss://user:pw@redis:6379/0":  "rediss://user:•••@redis:6379/0",
		"redis://redis:6379/0":           "redis://redis:6379/0",
		"redis+cluster://u:pw@a:1,b:2":   "redis+cluster://u:•••@a:1,b:2",
		"rediss+sentinel://:p@a:1,b:2/m?sentinel_password=pw&db=1": "rediss+sentinel://:•••@a:1,b:2/m?sentinel_password=•••&db=1",
	} {
		if got := in.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
