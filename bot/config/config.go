// Package config reads the one file that says how this house is run, and
// refuses to start on a setting that is wrong: every problem at once, each
// named by its setting, with what is expected.
//
// A setting comes from, the first that has it: the environment
// (wechat.app_secret is REDTHREAD_WECHAT_APP_SECRET), the file, the default.
// A secret may also stand in a file of its own, named by the setting with
// "_file" behind it (wechat.app_secret_file,
// REDTHREAD_WECHAT_APP_SECRET_FILE). Example is the whole, with comments.
package config

import (
	_ "embed"
	"strings"
	"time"
	_ "time/tzdata" // small containers have no time zones of their own

	"redthread/bot/calendar"
)

// Example is the documented configuration file. It loads once an address and
// one platform's secrets have been filled in.
//
//go:embed config.example.yaml
var Example string

// Config is all settings, valid.
type Config struct {
	Agency   Agency   `config:"agency"`
	Calendar Calendar `config:"calendar"`
	Promises Promises `config:"promises"`
	SLA      SLA      `config:"sla"`
	Alerts   Alerts   `config:"alerts"`
	Checks   Checks   `config:"checks"`
	Listen   Listen   `config:"listen"`
	Admin    Admin    `config:"admin"`
	Database Address  `config:"database"`  // as store.Config.Database has it
	Redis    Address  `config:"redis"`     // as store.Config.Redis has it; empty: one of our own
	Keys     string   `config:"keys"`      // the keyset's file
	Blobs    string   `config:"blobs"`     // the folder of sealed media
	Spool    string   `config:"spool"`     // the folder for what comes while the database is away; empty: none
	Texts    string   `config:"texts"`     // the agency's own texts; empty: none
	Answers  string   `config:"knowledge"` // the agency's own approved answers; empty: none
	Guard    string   `config:"guard"`     // the agency's own rules for what colleagues write; empty: none
	Venues   string   `config:"venues"`    // the agency's own places to meet; empty: none
	WeChat   WeChat   `config:"wechat"`
	Telegram Telegram `config:"telegram"`
	Staff    Staff    `config:"staff"`
	Desk     Desk     `config:"desk"`
	Media    Media    `config:"media"`

	Copies Copies `config:"copies"`
	Dates  Dates  `config:"dates"`

	Recommend Recommend `config:"recommend"`

	Eligibility Eligibility `config:"eligibility"`
	Retention   Retention   `config:"retention"`

	Limits Bounds `config:"limits"`
	Log    Log    `config:"log"`
}

// Agency is who speaks.
type Agency struct {
	NameZH    string   `config:"name_zh"`
	NameEN    string   `config:"name_en"`
	HoursZH   string   `config:"hours_zh"` // as clients are told them
	HoursEN   string   `config:"hours_en"`
	Phone     string   `config:"phone"`    // as clients are told it; empty: none
	PlaceZH   string   `config:"place_zh"` // where clients find it, for ready replies; empty: none
	PlaceEN   string   `config:"place_en"`
	Timezone  string   `config:"timezone"`  // IANA name
	Languages []string `config:"languages"` // the first is the default
}

// Location is the agency's time zone.
func (a Agency) Location() *time.Location {
	l, err := time.LoadLocation(a.Timezone)
	if err != nil {
		return time.UTC // Load refuses such a zone
	}
	return l
}

// Calendar says when colleagues are at work, in the words of calendar.Config.
type Calendar struct {
	Hours    []string `config:"hours"`
	Breaks   []string `config:"breaks"`
	Public   string   `config:"public_holidays"` // china, none
	Holidays []string `config:"holidays"`
	Workdays []string `config:"workdays"`
}

// Promises are how soon clients hear from us, in working time; 0 is a working day.
type Promises struct {
	Answer    time.Duration `config:"answer"`
	Complaint time.Duration `config:"complaint"`
}

// Recommend says how recommendations go.
type Recommend struct {
	AnswerWithin time.Duration `config:"answer_within"` // a client may answer for so long
	AgreeWithin  time.Duration `config:"agree_within"`  // the other side's matchmaker may answer for so long
	Pace         time.Duration `config:"pace"`          // who has had none for so long stands in their matchmaker's digest
	TermRemind   time.Duration `config:"term_remind"`   // so long before a package ends client and matchmaker are told
}

// SLA says how long things may take, in working time; 0 is the built-in length.
type SLA struct {
	ComplaintNext  time.Duration `config:"complaint_next"`
	ComplaintClose time.Duration `config:"complaint_close"`
	Grave          int           `config:"grave"` // hundredths of the time that a grave complaint gets
	TalkNext       time.Duration `config:"talk_next"`
}

// Alerts says when an alert that nobody acknowledges climbs, in working time.
type Alerts struct {
	Backup     time.Duration `config:"backup"`
	Supervisor time.Duration `config:"supervisor"`
	Owner      time.Duration `config:"owner"`
	Repeat     time.Duration `config:"repeat"`
	Bundle     int           `config:"bundle"` // single alerts to one colleague within a minute
}

// Checks says how much of finished work is looked at.
type Checks struct {
	Share int `config:"share"` // hundredths of each colleague's, every week; 0: none
}

// WorkingCalendar is the calendar that the settings describe.
func (c *Config) WorkingCalendar() (*calendar.Calendar, error) {
	w := c.Calendar
	return calendar.New(calendar.Config{
		Zone: c.Agency.Location(), Hours: w.Hours, Breaks: w.Breaks, Holidays: w.Holidays, Workdays: w.Workdays, China: w.Public == "china",
	})
}

// Listen says where the platforms reach us.
type Listen struct {
	Address   string `config:"address"`    // HOST:PORT to listen on
	PublicURL string `config:"public_url"` // what the platforms call; empty: Telegram must be polled
}

// Admin is what whoever runs the program is shown and told.
type Admin struct {
	Address    string        `config:"address"`     // HOST:PORT of /metrics, /healthz and /readyz; empty: none
	AlertAfter time.Duration `config:"alert_after"` // nothing got through a channel for so long: staff are told
}

// WeChat is one Official Account.
type WeChat struct {
	Enabled        bool          `config:"enabled"`
	AppID          string        `config:"app_id"`
	AppSecret      Secret        `config:"app_secret"`
	Token          Secret        `config:"token"`
	AESKey         Secret        `config:"aes_key"`
	PreviousAESKey Secret        `config:"previous_aes_key"`
	Mode           string        `config:"mode"` // safe, compatible, plain
	BaseURL        string        `config:"base_url"`
	Timeout        time.Duration `config:"timeout"`
	ReplyWithin    time.Duration `config:"reply_within"`
	MenuLinks      bool          `config:"menu_links"`
	Allowances     Allowances    `config:"allowances"`
	Templates      Templates     `config:"templates"`
}

// Templates are the template messages (模板消息) by which people hear on WeChat that
// something waits for them when we may not write to them.
type Templates struct {
	Every        time.Duration `config:"every"`         // one person gets at most one in so long
	StaffWaiting Template      `config:"staff_waiting"` // for colleagues: clients or alerts wait
	ReplyKept    Template      `config:"reply_kept"`    // for clients: a reply is kept for them
}

// Template is one of them.
type Template struct {
	ID     string   `config:"id"`     // as the platform gave it; empty: none
	Fields []string `config:"fields"` // "thing1=note": which field tells what
}

// Tells is what each field of the template tells.
func (t Template) Tells() map[string]string {
	all := map[string]string{}
	for _, f := range t.Fields {
		field, what, _ := strings.Cut(f, "=")
		all[strings.TrimSpace(field)] = strings.TrimSpace(what)
	}
	return all
}

// Allowances are WeChat's leave to write back.
type Allowances struct {
	MessageCount int           `config:"message_count"` // after the client wrote
	MessageFor   time.Duration `config:"message_for"`
	ActionCount  int           `config:"action_count"` // after a click, a follow or a scan
	ActionFor    time.Duration `config:"action_for"`
}

// Telegram is one bot.
type Telegram struct {
	Enabled               bool          `config:"enabled"`
	Token                 Secret        `config:"token"`
	WebhookSecret         Secret        `config:"webhook_secret"`
	PreviousWebhookSecret Secret        `config:"previous_webhook_secret"`
	BaseURL               string        `config:"base_url"`
	Timeout               time.Duration `config:"timeout"`
	Attempts              int           `config:"attempts"`     // then an update is a dead letter
	StaffGroups           []int64       `config:"staff_groups"` // in which colleagues talk with clients
	Limits                Limits        `config:"limits"`
}

// Limits says how many messages Telegram may be given.
type Limits struct {
	PerSecond      int `config:"per_second"`
	PerChat        int `config:"per_chat"` // a second
	ChatBurst      int `config:"chat_burst"`
	PerGroupMinute int `config:"per_group_minute"`
}

// Staff is how colleagues come in.
type Staff struct {
	InviteExpires time.Duration `config:"invite_expires"`
	PapersRemind  time.Duration `config:"papers_remind"` // so long before a paper lapses
	Capacity      int           `config:"capacity"`      // how many clients a colleague talks with at once
}

// Desk is how soon colleagues come to clients, and answer them.
type Desk struct {
	OfferWithin  time.Duration `config:"offer_within"`  // a colleague who is asked to come
	AnswerWithin time.Duration `config:"answer_within"` // who talks with a client, in working time
}

// Media bounds what clients may send.
type Media struct {
	MaxBytes   int64 `config:"max_bytes"`   // of one picture
	VoiceBytes int64 `config:"voice_bytes"` // of one voice note in a talk; 0: none is carried
	VideoBytes int64 `config:"video_bytes"`
	FileBytes  int64 `config:"file_bytes"`
}

// Copies are those of their data that clients ask for.
type Copies struct {
	PerDay    int           `config:"per_day"`   // of one client
	KeepFor   time.Duration `config:"keep_for"`  // file and link, once handed over
	Downloads int           `config:"downloads"` // of one link
	MaxBytes  int64         `config:"max_bytes"` // of one file
}

// Dates says how dates of two clients are arranged.
type Dates struct {
	PerDay   int           `config:"per_day"`  // of the whole agency; 0: any number
	Earliest int           `config:"earliest"` // the hours at which one may begin, in the place's own zone
	Latest   int           `config:"latest"`
	Notice   time.Duration `config:"notice"`  // so long ahead at least
	Lasts    time.Duration `config:"lasts"`   // so long neither is expected elsewhere
	Answer   time.Duration `config:"answer"`  // who has not answered for so long is asked again
	Remind   time.Duration `config:"remind"`  // so long before the second reminder comes
	Silence  time.Duration `config:"silence"` // so long before the matchmaker hears who has not answered it
	Rounds   int           `config:"rounds"`  // of proposals for one date
	Home     time.Duration `config:"home"`    // so long after both were asked the matchmaker hears who has not come home
}

// Eligibility is whom the agency registers.
type Eligibility struct {
	Men    int  `config:"men"` // the youngest age
	Women  int  `config:"women"`
	Single bool `config:"single"` // only who is single
}

// Retention says for how many days things are kept.
type Retention struct {
	Drafts     int `config:"drafts_days"`     // profiles that were not finished, from the last change
	Profiles   int `config:"profiles_days"`   // all of a client, from their last sign of life
	Left       int `config:"left_days"`       // all of a client who has left us, from that day
	Complaints int `config:"complaints_days"` // from their closing
	Questions  int `config:"questions_days"`  // from their answer
	Talks      int `config:"talks_days"`      // what was said, from that day
	Media      int `config:"media_days"`      // pictures that belong to nothing
	Consents   int `config:"consents_days"`   // from the day they no longer held
	Proofs     int `config:"proofs_days"`     // records of what was erased
	Hour       int `config:"hour"`            // of the agency's day, at which it is seen to
}

// Bounds are what one client, and one address, may send. 0 is no limit.
type Bounds struct {
	MessagesPerMinute int `config:"messages_per_minute"`
	MessagesAtOnce    int `config:"messages_at_once"`
	MediaPerMinute    int `config:"media_per_minute"`
	MediaAtOnce       int `config:"media_at_once"`
	ComplaintsPerDay  int `config:"complaints_per_day"`
	RefusedPerMinute  int `config:"refused_per_minute"` // requests of one address that no platform made
}

// Log is how the program reports.
type Log struct {
	Level  string `config:"level"`  // debug, info, warn, error
	Format string `config:"format"` // json, text
}

// defaults are the settings of a house where nobody set anything.
func defaults() *Config {
	return &Config{
		Agency:    Agency{Timezone: "Asia/Shanghai", Languages: []string{"zh-CN", "en"}},
		Calendar:  Calendar{Hours: []string{"mon-sat 9:00-18:00"}, Public: "china"},
		Promises:  Promises{Answer: 4 * time.Hour},
		SLA:       SLA{Grave: 50, TalkNext: 5 * time.Minute},
		Checks:    Checks{Share: 5},
		Recommend: Recommend{AnswerWithin: 7 * 24 * time.Hour, AgreeWithin: 2 * 24 * time.Hour, Pace: 14 * 24 * time.Hour, TermRemind: 14 * 24 * time.Hour},
		Alerts:    Alerts{Backup: 5 * time.Minute, Supervisor: 5 * time.Minute, Owner: 20 * time.Minute, Repeat: time.Hour, Bundle: 5},
		Listen:    Listen{Address: "127.0.0.1:8080"},
		Admin:     Admin{Address: "127.0.0.1:9180", AlertAfter: 5 * time.Minute},
		Database:  "sqlite:data/redthread.db",
		Keys:      "data/keys.json",
		Blobs:     "data/media",
		Spool:     "data/spool",
		WeChat: WeChat{
			Mode: "safe", BaseURL: "https://api.weixin.qq.com",
			Timeout: 10 * time.Second, ReplyWithin: 4 * time.Second, MenuLinks: true,
			Allowances: Allowances{MessageCount: 5, MessageFor: 48 * time.Hour, ActionCount: 3, ActionFor: time.Minute},
			Templates:  Templates{Every: 12 * time.Hour},
		},
		Telegram: Telegram{
			BaseURL: "https://api.telegram.org", Timeout: 15 * time.Second, Attempts: 10,
			Limits: Limits{PerSecond: 30, PerChat: 1, ChatBurst: 3, PerGroupMinute: 20},
		},
		Staff: Staff{InviteExpires: 72 * time.Hour, PapersRemind: 14 * 24 * time.Hour, Capacity: 3},
		Desk:  Desk{OfferWithin: time.Minute, AnswerWithin: 5 * time.Minute},
		Media: Media{MaxBytes: 10 << 20, VoiceBytes: 5 << 20, VideoBytes: 20 << 20, FileBytes: 20 << 20},

		Copies: Copies{PerDay: 2, KeepFor: 24 * time.Hour, Downloads: 5, MaxBytes: 20 << 20},

		Dates: Dates{PerDay: 20, Earliest: 9, Latest: 20, Notice: 12 * time.Hour, Lasts: 2 * time.Hour, Answer: 24 * time.Hour, Remind: 4 * time.Hour, Silence: 2 * time.Hour, Rounds: 4, Home: 2 * time.Hour},

		Eligibility: Eligibility{Men: 22, Women: 20, Single: true},
		Retention: Retention{
			Drafts: 180, Profiles: 3 * 365, Left: 30, Complaints: 3 * 365, Questions: 3 * 365, Talks: 365, Media: 180, Consents: 3 * 365, Proofs: 5 * 365, Hour: 4,
		},

		Limits: Bounds{
			MessagesPerMinute: 20, MessagesAtOnce: 20, MediaPerMinute: 30, MediaAtOnce: 30, ComplaintsPerDay: 10, RefusedPerMinute: 30,
		},
		Log: Log{Level: "info", Format: "json"},
	}
}
