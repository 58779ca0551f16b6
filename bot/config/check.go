package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/calendar"
)

// checker holds settings against what they must be.
type checker struct{ problems Problems }

func (k *checker) expect(ok bool, setting, format string, args ...any) {
	if !ok {
		k.problems = append(k.problems, Problem{setting, fmt.Sprintf(format, args...)})
	}
}

// check says everything that is wrong with the settings.
func (c *Config) check() Problems {
	k := &checker{}
	k.agency(c.Agency)
	k.calendar(c)
	k.listen(c.Listen)
	k.sla(c.SLA)
	k.alerts(c.Alerts)
	k.expect(0 <= c.Checks.Share && c.Checks.Share <= 100, "checks.share", "%d; expected 0 to 100", c.Checks.Share)
	if c.Admin.Address != "" {
		k.hostPort("admin.address", c.Admin.Address, "127.0.0.1:9180, or nothing")
		k.expect(c.Admin.Address != c.Listen.Address, "admin.address", "it is the same as listen.address; the figures need a port of their own")
	}
	k.between("admin.alert_after", c.Admin.AlertAfter, time.Minute, 24*time.Hour)
	k.places(c)
	k.expect(c.WeChat.Enabled || c.Telegram.Enabled, "wechat.enabled", "no platform is enabled; expected true here, or telegram.enabled: true")
	if c.WeChat.Enabled {
		k.wechat(c.WeChat)
	}
	if c.Telegram.Enabled {
		k.telegram(c.Telegram)
	}
	k.between("staff.invite_expires", c.Staff.InviteExpires, time.Minute, 30*24*time.Hour)
	k.between("staff.papers_remind", c.Staff.PapersRemind, time.Hour, 180*24*time.Hour)
	k.expect(c.Staff.Capacity >= 1 && c.Staff.Capacity <= 20, "staff.capacity", "%d; expected 1 to 20", c.Staff.Capacity)
	k.between("desk.offer_within", c.Desk.OfferWithin, 10*time.Second, time.Hour)
	k.between("recommend.answer_within", c.Recommend.AnswerWithin, 24*time.Hour, 30*24*time.Hour)
	k.between("recommend.agree_within", c.Recommend.AgreeWithin, 24*time.Hour, 14*24*time.Hour)
	k.between("recommend.pace", c.Recommend.Pace, 24*time.Hour, 365*24*time.Hour)
	k.between("recommend.term_remind", c.Recommend.TermRemind, 24*time.Hour, 90*24*time.Hour)
	k.between("desk.answer_within", c.Desk.AnswerWithin, time.Minute, 8*time.Hour)
	for _, m := range []struct {
		name string
		n    int64
	}{{"media.voice_bytes", c.Media.VoiceBytes}, {"media.video_bytes", c.Media.VideoBytes}, {"media.file_bytes", c.Media.FileBytes}} {
		k.expect(m.n >= 0 && m.n <= 20<<20, m.name, "%d; expected 0, for none, to 20971520, the most that Telegram hands out", m.n)
	}
	k.expect(c.Media.MaxBytes >= 1<<10 && c.Media.MaxBytes <= 20<<20, "media.max_bytes", "%d; expected 1024 to 20971520, the most that Telegram hands out", c.Media.MaxBytes)
	k.copies(c.Copies)
	k.dates(c.Dates)
	k.ages(c.Eligibility)
	k.retention(c.Retention)
	k.bounds(c.Limits)
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "json", "text")
	return k.problems
}

var phone = regexp.MustCompile(`^(\+?[0-9][0-9 -]{2,20})?$`)

func (k *checker) agency(a Agency) {
	for _, said := range []struct{ setting, words string }{
		{"agency.name_zh", a.NameZH}, {"agency.name_en", a.NameEN}, {"agency.hours_zh", a.HoursZH}, {"agency.hours_en", a.HoursEN},
	} {
		n := len([]rune(said.words))
		k.expect(strings.TrimSpace(said.words) != "", said.setting, "it is empty; clients are told it")
		k.expect(n <= 100, said.setting, "it has %d characters; expected 100 at most", n)
	}
	for _, place := range []struct{ setting, words string }{{"agency.place_zh", a.PlaceZH}, {"agency.place_en", a.PlaceEN}} {
		n := len([]rune(place.words))
		k.expect(n <= 100, place.setting, "it has %d characters; expected 100 at most", n)
	}
	k.expect(phone.MatchString(a.Phone), "agency.phone", "%q; expected a number like +86 21 1234 5678, or nothing", a.Phone)
	_, err := time.LoadLocation(a.Timezone)
	k.expect(err == nil && a.Timezone != "", "agency.timezone", "%q is not a time zone; expected one like Asia/Shanghai", a.Timezone)
	k.expect(len(a.Languages) > 0, "agency.languages", "it is empty; expected zh-CN, en, or both")
	for i, l := range a.Languages {
		k.expect(l == "zh-CN" || l == "en", "agency.languages", "%q is not a language we speak; expected zh-CN, en, or both", l)
		k.expect(!slices.Contains(a.Languages[:i], l), "agency.languages", "%q stands there twice", l)
	}
}

// mostPromised is how many working days a client may be let wait: within three
// questions and requests are to be answered (GB/T 23861-2009).
const mostPromised = 3

func (k *checker) calendar(c *Config) {
	k.oneOf("calendar.public_holidays", c.Calendar.Public, "china", "none")
	cal, err := c.WorkingCalendar()
	var wrong calendar.Mistakes
	if errors.As(err, &wrong) {
		for _, m := range wrong {
			k.expect(m.Entry == "", "calendar."+m.List, "%q: %s", m.Entry, m.Why)
			k.expect(m.Entry != "", "calendar."+m.List, "%s", m.Why)
		}
		return
	}
	most := mostPromised * cal.Workday()
	for _, p := range []struct {
		setting string
		d       time.Duration
	}{{"promises.answer", c.Promises.Answer}, {"promises.complaint", c.Promises.Complaint}} {
		k.expect(p.d == 0 || 10*time.Minute <= p.d && p.d <= most, p.setting,
			"%v; expected 10m to %v of working time, which is %d working days, or 0 for one", p.d, most, mostPromised)
	}
}

func (k *checker) listen(l Listen) {
	k.hostPort("listen.address", l.Address, "127.0.0.1:8080 or :8080")
	if l.PublicURL == "" {
		return
	}
	k.url("listen.public_url", l.PublicURL)
	if u, err := url.Parse(l.PublicURL); err == nil {
		k.expect(slices.Contains([]string{"", "80", "88", "443", "8443"}, u.Port()) || local(u), "listen.public_url",
			"port %s; Telegram calls 443, 80, 88 and 8443 only", u.Port())
	}
}

func (k *checker) sla(s SLA) {
	for setting, d := range map[string]time.Duration{"sla.complaint_next": s.ComplaintNext, "sla.complaint_close": s.ComplaintClose} {
		k.expect(d == 0 || time.Hour <= d && d <= 500*time.Hour, setting, "%v; expected 1h to 500h of working time, or 0", d)
	}
	k.expect(1 <= s.Grave && s.Grave <= 100, "sla.grave", "%d; expected 1 to 100", s.Grave)
	k.between("sla.talk_next", s.TalkNext, time.Minute, 8*time.Hour)
}

func (k *checker) alerts(a Alerts) {
	for setting, d := range map[string]time.Duration{"alerts.backup": a.Backup, "alerts.supervisor": a.Supervisor, "alerts.owner": a.Owner} {
		k.between(setting, d, time.Minute, 8*time.Hour)
	}
	k.between("alerts.repeat", a.Repeat, 10*time.Minute, 24*time.Hour)
	k.expect(1 <= a.Bundle && a.Bundle <= 100, "alerts.bundle", "%d; expected 1 to 100", a.Bundle)
}

func (k *checker) dates(d Dates) {
	k.expect(0 <= d.PerDay && d.PerDay <= 1000, "dates.per_day", "%d; expected 1 to 1000, or 0 for any number", d.PerDay)
	k.expect(0 <= d.Earliest && d.Earliest <= 23, "dates.earliest", "%d; expected an hour from 0 to 23", d.Earliest)
	k.expect(d.Earliest <= d.Latest && d.Latest <= 23, "dates.latest", "%d; expected an hour from dates.earliest, which is %d, to 23", d.Latest, d.Earliest)
	k.between("dates.notice", d.Notice, time.Hour, 30*24*time.Hour)
	k.between("dates.lasts", d.Lasts, 30*time.Minute, 12*time.Hour)
	k.between("dates.answer", d.Answer, time.Hour, 7*24*time.Hour)
	k.between("dates.remind", d.Remind, time.Hour, 20*time.Hour)
	k.between("dates.silence", d.Silence, 15*time.Minute, 20*time.Hour)
	k.expect(d.Silence < d.Remind, "dates.silence", "%v; expected less than dates.remind, which is %v: who is reminded needs time to answer", d.Silence, d.Remind)
	k.between("dates.home", d.Home, 15*time.Minute, 12*time.Hour)
	k.expect(1 <= d.Rounds && d.Rounds <= 20, "dates.rounds", "%d; expected 1 to 20", d.Rounds)
}

func (k *checker) hostPort(setting, address, like string) {
	_, port, err := net.SplitHostPort(address)
	n, notNumber := strconv.Atoi(port)
	k.expect(err == nil && notNumber == nil && 0 <= n && n <= 65535, setting, "%q; expected HOST:PORT like %s", address, like)
}

// redisForm is what store.Config.Redis takes, seen from afar.
var redisForm = regexp.MustCompile(`^(rediss?://[^,]+|rediss?\+sentinel://.+:\d+/[^/?]+(\?.*)?|rediss?\+cluster://.+:\d+)$`)

func (k *checker) places(c *Config) {
	kind, where, _ := strings.Cut(c.Database.Reveal(), ":")
	k.expect((kind == "sqlite" || kind == "mysql") && where != "", "database", `expected "sqlite:FILE" or "mysql:USER:PASSWORD@tcp(HOST:3306)/NAME"`)
	if kind == "mysql" {
		k.expect(strings.Contains(where, "@") && strings.Contains(where, "/"), "database", `expected "mysql:USER:PASSWORD@tcp(HOST:3306)/NAME"`)
	}
	k.expect(c.Redis == "" || redisForm.MatchString(c.Redis.Reveal()), "redis",
		`expected "redis://:PASSWORD@HOST:6379/0", "redis+sentinel://:PASSWORD@HOST:26379,HOST2:26379/MASTER?db=0", `+
			`"redis+cluster://:PASSWORD@HOST:6379,HOST2:6379", each as "rediss…" for TLS, or nothing for one of our own`)
	k.expect(c.Keys != "", "keys", "it is empty; expected the path of the keyset that `redthread keys create` makes")
	k.expect(c.Blobs != "", "blobs", "it is empty; expected a folder for pictures and files")
}

var (
	appID     = regexp.MustCompile(`^wx[0-9A-Za-z]{6,30}$`)
	appSecret = regexp.MustCompile(`^[0-9A-Za-z]{32}$`)
	wxToken   = regexp.MustCompile(`^[0-9A-Za-z]{3,32}$`)
	aesKey    = regexp.MustCompile(`^[0-9A-Za-z]{43}$`)
	botToken  = regexp.MustCompile(`^[0-9]{6,18}:[A-Za-z0-9_-]{30,128}$`)
	hook      = regexp.MustCompile(`^[A-Za-z0-9_-]{32,256}$`)
)

func (k *checker) wechat(w WeChat) {
	k.expect(appID.MatchString(w.AppID), "wechat.app_id", "%q; expected the account's 开发者ID: wx and 16 letters and digits", w.AppID)
	k.secret("wechat.app_secret", w.AppSecret, appSecret, "the account's 开发者密码: 32 letters and digits", 32)
	k.secret("wechat.token", w.Token, wxToken, "16 to 32 letters and digits, the same as 令牌 on the platform's page", 16)
	k.oneOf("wechat.mode", w.Mode, "safe", "compatible", "plain")
	if w.Mode != "plain" || w.AESKey != "" {
		k.secret("wechat.aes_key", w.AESKey, aesKey, "43 letters and digits, the same as 消息加解密密钥 on the platform's page", 43)
	}
	if w.PreviousAESKey != "" {
		k.secret("wechat.previous_aes_key", w.PreviousAESKey, aesKey, "the 消息加解密密钥 before this one: 43 letters and digits", 43)
		k.expect(w.PreviousAESKey != w.AESKey, "wechat.previous_aes_key", "it is the same as wechat.aes_key; leave it empty")
	}
	k.url("wechat.base_url", w.BaseURL)
	k.between("wechat.timeout", w.Timeout, time.Second, time.Minute)
	k.between("wechat.reply_within", w.ReplyWithin, 500*time.Millisecond, 4900*time.Millisecond)
	k.count("wechat.allowances.message_count", w.Allowances.MessageCount, 100)
	k.between("wechat.allowances.message_for", w.Allowances.MessageFor, time.Minute, 7*24*time.Hour)
	k.count("wechat.allowances.action_count", w.Allowances.ActionCount, 100)
	k.between("wechat.allowances.action_for", w.Allowances.ActionFor, time.Second, 7*24*time.Hour)
	k.between("wechat.templates.every", w.Templates.Every, time.Hour, 30*24*time.Hour)
	k.template("wechat.templates.staff_waiting", w.Templates.StaffWaiting)
	k.template("wechat.templates.reply_kept", w.Templates.ReplyKept)
}

var templateField = regexp.MustCompile(`^[a-z_]{2,40}[0-9]{1,3}$`)

// template wants a template to have an ID and fields, or neither, and each field to
// tell something that is not personal.
func (k *checker) template(name string, t Template) {
	k.expect((t.ID == "") == (len(t.Fields) == 0), name, "expected an id and fields, or neither")
	for field, what := range t.Tells() {
		k.expect(templateField.MatchString(field), name+".fields", "%q is not the name of a template's field; expected one like thing1, as in {{thing1.DATA}}", field)
		k.expect(slices.Contains(bot.KnockWords, what), name+".fields", "%q; expected %s=, and one of %s", what, field, strings.Join(bot.KnockWords, ", "))
	}
}

func (k *checker) telegram(t Telegram) {
	k.secret("telegram.token", t.Token, botToken, "the bot's token as @BotFather gave it: digits, a colon, 35 characters", 36)
	k.secret("telegram.webhook_secret", t.WebhookSecret, hook, "32 to 256 random characters of A-Z a-z 0-9 _ -", 32)
	if t.PreviousWebhookSecret != "" {
		k.secret("telegram.previous_webhook_secret", t.PreviousWebhookSecret, hook, "the webhook_secret before this one", 32)
		k.expect(t.PreviousWebhookSecret != t.WebhookSecret, "telegram.previous_webhook_secret", "it is the same as telegram.webhook_secret; leave it empty")
	}
	k.url("telegram.base_url", t.BaseURL)
	k.between("telegram.timeout", t.Timeout, time.Second, 2*time.Minute)
	k.count("telegram.attempts", t.Attempts, 1000)
	for i, id := range t.StaffGroups {
		k.expect(id < 0, "telegram.staff_groups", "%d is no group; expected its ID, which is below 0: the log tells it when the bot is put into one", id)
		k.expect(!slices.Contains(t.StaffGroups[:i], id), "telegram.staff_groups", "%d stands there twice", id)
	}
	k.count("telegram.limits.per_second", t.Limits.PerSecond, 100_000) // beyond Telegram's own 1,000 for a server of one's own
	k.count("telegram.limits.per_chat", t.Limits.PerChat, 1000)
	k.count("telegram.limits.chat_burst", t.Limits.ChatBurst, 1000)
	k.count("telegram.limits.per_group_minute", t.Limits.PerGroupMinute, 10000)
}

func (k *checker) bounds(b Bounds) {
	for _, f := range []struct {
		setting string
		n       int
	}{
		{"messages_per_minute", b.MessagesPerMinute}, {"messages_at_once", b.MessagesAtOnce}, {"media_per_minute", b.MediaPerMinute},
		{"media_at_once", b.MediaAtOnce}, {"complaints_per_day", b.ComplaintsPerDay}, {"refused_per_minute", b.RefusedPerMinute},
	} {
		k.expect(0 <= f.n && f.n <= 10000, "limits."+f.setting, "%d; expected 1 to 10000, or 0 for no limit", f.n)
	}
	k.expect(b.MessagesPerMinute == 0 || b.MessagesAtOnce > 0, "limits.messages_at_once", "0; expected at least 1 while messages_per_minute is set")
	k.expect(b.MediaPerMinute == 0 || b.MediaAtOnce > 0, "limits.media_at_once", "0; expected at least 1 while media_per_minute is set")
}

func (k *checker) copies(c Copies) {
	const most = 45 << 20 // Telegram takes 50 MB of a bot, with all that goes around the file
	k.expect(1 <= c.PerDay && c.PerDay <= 100, "copies.per_day", "%d; expected 1 to 100", c.PerDay)
	k.between("copies.keep_for", c.KeepFor, 10*time.Minute, 7*24*time.Hour)
	k.expect(1 <= c.Downloads && c.Downloads <= 100, "copies.downloads", "%d; expected 1 to 100", c.Downloads)
	k.expect(1<<20 <= c.MaxBytes && c.MaxBytes <= most, "copies.max_bytes", "%d; expected 1048576 to %d", c.MaxBytes, most)
}

func (k *checker) ages(e Eligibility) {
	for setting, age := range map[string]int{"eligibility.men": e.Men, "eligibility.women": e.Women} {
		k.expect(18 <= age && age <= 80, setting, "%d; expected 18 to 80", age)
	}
}

// retention wants a last day for everything, and none too early: consents prove
// that we were allowed to, and a complaint may come to court for three years
// (PIPL 56, Civil Code 188).
func (k *checker) retention(r Retention) {
	const year = 365
	for _, f := range []struct {
		setting     string
		days, least int
	}{
		{"drafts_days", r.Drafts, 1}, {"profiles_days", r.Profiles, 30}, {"left_days", r.Left, 1}, {"complaints_days", r.Complaints, 3 * year},
		{"questions_days", r.Questions, 30}, {"talks_days", r.Talks, 30}, {"media_days", r.Media, 30}, {"consents_days", r.Consents, 3 * year}, {"proofs_days", r.Proofs, 3 * year},
	} {
		k.expect(f.least <= f.days && f.days <= 30*year, "retention."+f.setting, "%d; expected %d to %d days", f.days, f.least, 30*year)
	}
	k.expect(0 <= r.Hour && r.Hour <= 23, "retention.hour", "%d; expected 0 to 23", r.Hour)
}

// secret wants one of the form, which nobody can guess.
func (k *checker) secret(setting string, s Secret, form *regexp.Regexp, expected string, shortest int) {
	if s == "" {
		k.expect(false, setting, "it is missing; expected %s (also by %s_file)", expected, setting)
		return
	}
	if why := weakness(s.Reveal(), shortest); why != "" {
		k.expect(false, setting, "it is too weak: %s; expected %s", why, expected)
		return
	}
	k.expect(form.MatchString(s.Reveal()), setting, "it has another form; expected %s", expected)
}

func (k *checker) between(setting string, d, least, most time.Duration) {
	k.expect(least <= d && d <= most, setting, "%v; expected %v to %v", d, least, most)
}

func (k *checker) count(setting string, n, most int) {
	k.expect(0 < n && n <= most, setting, "%d; expected 1 to %d", n, most)
}

func (k *checker) oneOf(setting, got string, allowed ...string) {
	k.expect(slices.Contains(allowed, got), setting, "%q; expected %s", got, strings.Join(allowed, ", "))
}

// url wants an https address, or any on this machine, where an emulator may be.
func (k *checker) url(setting, address string) {
	u, err := url.Parse(address)
	ok := err == nil && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		(u.Scheme == "https" || u.Scheme == "http" && local(u))
	k.expect(ok, setting, "expected an address like https://bot.example.com, without a query")
}

func local(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}
