package flows_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/calendar"
	"redthread/bot/copies"
	"redthread/bot/dialog"
	"redthread/bot/outbox"
	"redthread/flows"
	"redthread/store"
	"redthread/store/storetest"
	"redthread/templates"
)

// person is someone in a transcript.
type person struct {
	name  string
	at    bot.Conversation
	lang  string     // what their phone is set to; WeChat does not say
	role  store.Role // of staff
	call  string     // the name clients are told
	hired bool
	away  bool // the platform takes nothing for them until they write

	shown []shown // what is on their screen, the newest last
	heard []string
	wrote string // the platform's name of what they wrote last

	words   map[string]string // what they wrote on Telegram, by its name there
	trouble error             // why nothing reaches them
}

type shown struct {
	seq int64
	m   bot.Message
}

// cast is everyone who can play in a transcript.
func cast() []*person {
	on := func(channel, chat string) bot.Conversation { return bot.Conversation{Channel: channel, Chat: chat} }
	return []*person{
		{name: "anna", at: on("wechat", "oAnna7k2Xq")},
		{name: "bo", at: on("wechat", "oBo5mZ91Lw")},
		{name: "carl", at: on("telegram", "8100000017"), lang: "en"},
		{name: "dana", at: on("telegram", "8100000024"), lang: "en"},
		{name: "mei", at: on("wechat", "oMei3pT66v"), role: store.RoleMatchmaker, call: "王红娘"},
		{name: "li", at: on("telegram", "8100000031"), lang: "zh-CN", role: store.RoleService, call: "小李"},
		{name: "qin", at: on("telegram", "8100000055"), lang: "en", role: store.RoleMatchmaker, call: "秦红娘"},
		{name: "chen", at: on("telegram", "8100000048"), lang: "zh-CN", role: store.RoleSupervisor, call: "陈店长"},
		{name: "gao", at: on("telegram", "8100000062"), lang: "zh-CN", role: store.RoleOwner, call: "高总"},
		{name: "fang", at: on("wechat", "oFang4yQ88d"), role: store.RoleService, call: "小方"},
	}
}

// stage is the whole bot in one process, without platforms.
type stage struct {
	t        testing.TB
	home     store.Config
	store    *store.Store
	engine   *dialog.Engine
	last     store.Farewell // to who has been deleted
	sender   *outbox.Sender
	maker    *copies.Maker
	clock    *storetest.Clock
	people   []*person
	events   int
	code     string      // the newest invite
	link     string      // the newest link code
	password string      // of the newest copy
	card     string      // the code of the matchmaker's source
	toast    string      // what the one who pressed was shown for a moment
	noted    []string    // notes of colleagues, which no client may read
	secrets  []string    // of everybody who registered in one line: nor may a client read these
	topic    *person     // in which whoever acts does so; nil: in their own chat
	spoil    func()      // what goes wrong before each event
	away     bool        // nobody makes copies, or brings pictures home
	metered  bool        // WeChat counts what may be said
	template bool        // it has approved a template message
	twice    bool        // the platforms deliver everything twice
	byHand   atomic.Bool // somebody's own deed is being played, and no timer
	refused  []string    // what was refused, and whether to a colleague

	mu sync.Mutex // guards what people heard
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, clock: storetest.NewClock(), people: cast()}
	s.home = storetest.Home(t)
	s.home.Now = s.clock.Now
	s.store = storetest.Open(t, s.home)
	settings := stageSettings(t)
	s.engine = engineOf(t, s.store, settings, flows.New(settings), nil, func(what string, colleague bool) {
		s.refused = append(s.refused, fmt.Sprint(what, " ", colleague))
	})
	s.maker = copyMaker(t, s.store)
	s.last = lastWords(t)
	s.sender = &outbox.Sender{Store: s.store, Channels: map[string]bot.Channel{"wechat": ear{stage: s, name: "wechat"}, "telegram": ear{stage: s, name: "telegram"}}, Last: func(who store.Reader, lang string) string {
		words, err := flows.LastWords(loadTexts(t, nil), who, lang)
		if err != nil {
			t.Error(err)
		}
		return words
	}}
	s.sender.Knocks = &outbox.Knocks{Every: 12 * time.Hour, Say: func(w store.Waits) (map[string]string, error) {
		return flows.KnockWords(loadTexts(t, nil), "红线婚介", shanghai, w)
	}}
	return s
}

// replica is the engine of another process on the same database.
func (s *stage) replica() *dialog.Engine { return newEngine(s.t, storetest.Open(s.t, s.home)) }

func newEngine(t testing.TB, st *store.Store) *dialog.Engine {
	t.Helper()
	return engineWith(t, st, nil)
}

// engineWith is an engine whose agency has texts of its own.
func engineWith(t testing.TB, st *store.Store, own fs.FS) *dialog.Engine {
	t.Helper()
	settings := stageSettings(t)
	return engineOf(t, st, settings, flows.New(settings), own)
}

// lastWords are those of the built-in texts.
func lastWords(t testing.TB) store.Farewell {
	t.Helper()
	texts, compose := loadTexts(t, nil), flows.New(stageSettings(t)).Farewell
	return func(e store.Erased, c store.LastChat) (bot.Message, error) { return compose(texts, e, c) }
}

func stageSettings(t testing.TB) flows.Settings {
	return flows.Settings{Agency: agency, FilePerDay: 4, Calendar: office(t), AnswerWithin: 4 * time.Hour, CheckShare: 10, PhotoLink: func(string) string { return "https://red.example/photo/…" }, CopyLink: func(string) string { return "https://red.example/copy/…" }, FileLink: func(string) string { return "https://red.example/file/…" }, DateLink: func(string) string { return "https://red.example/date/…" }}
}

func engineOf(t testing.TB, st *store.Store, settings flows.Settings, house flows.House, own fs.FS, refused ...func(string, bool)) *dialog.Engine {
	t.Helper()
	texts := loadTexts(t, own)
	e, err := dialog.New(dialog.Config{
		Store: st, Texts: func() *templates.Set { return texts },
		Flows: append(house.Flows, flows.Asking(settings), flows.Personal()), Cards: house.Cards, News: house.News, Human: house.Human, Relay: house.Relay, Danger: house.Danger, Lost: house.Lost, Quoted: house.Quoted, Place: house.Place, May: house.May, Gate: house.Gate, Heard: house.Heard, Parted: house.Parted,
		Agency: agency,
		Refused: func(what string, colleague bool) {
			for _, hear := range refused {
				hear(what, colleague)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// ourTexts are proved once: that takes longer than most talks.
var ourTexts = sync.OnceValues(func() (*templates.Set, error) { return templates.Load(templates.Options{Zone: shanghai}) })

func loadTexts(t testing.TB, own fs.FS) *templates.Set {
	t.Helper()
	texts, err := ourTexts()
	if own != nil {
		texts, err = templates.Load(templates.Options{Zone: shanghai, Override: own})
	}
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// office is at work as agency says, but for lunch.
func office(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Config{Zone: time.FixedZone("Asia/Shanghai", 8*60*60), Hours: []string{"daily 9:00-18:00"}, China: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func agency(lang string) dialog.Agency {
	if lang == "en" {
		return dialog.Agency{Name: "Red Thread", Hours: "daily 9:00–18:00", Phone: "021-5555 0100"}
	}
	return dialog.Agency{Name: "红线婚介", Hours: "每天 9:00–18:00", Phone: "021-5555 0100"}
}

func (s *stage) person(name string) *person {
	s.t.Helper()
	i := slices.IndexFunc(s.people, func(p *person) bool { return p.name == name })
	if i < 0 {
		s.t.Fatalf("nobody is called %q", name)
	}
	return s.people[i]
}

// hire enrols a person without a word.
func (s *stage) hire(p *person) {
	s.t.Helper()
	code := s.invite(p.role)
	p.hired = true
	_, err := s.store.Turn(s.t.Context(), s.event(p), func(tx *store.Tx, ses *bot.Session) error {
		ses.Lang = "zh-CN"
		invite, err := tx.CheckInvite(code)
		if err != nil {
			return err
		}
		me, err := tx.Enrol(invite, p.call, "zh-CN")
		if err != nil {
			return err
		}
		tx.Later(store.Digest, store.DigestNew, tx.Now())
		return tx.NotePledge(me, s.written("pledge.version"), "zh-CN", s.written("pledge.words"))
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// written is a text of ours that tells nothing of anybody.
func (s *stage) written(name string) string {
	s.t.Helper()
	m, err := loadTexts(s.t, nil).Render("zh-CN", templates.Line{Name: name, Data: struct{}{}})
	if err != nil {
		s.t.Fatal(err)
	}
	return m.Text
}

func (s *stage) invite(role store.Role) string {
	s.t.Helper()
	code, err := s.store.Invite(s.t.Context(), role, 24*time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	s.code = code
	return code
}

// source is the code of a source in a matchmaker's name, made at its first use.
func (s *stage) source(name, campaign string, of *person) string {
	s.t.Helper()
	if s.card != "" {
		return s.card
	}
	var staff int64
	all, err := s.store.StaffList(s.t.Context())
	for _, st := range all {
		if st.Conversation == of.at {
			staff = st.ID
		}
	}
	src, err2 := s.store.NewSource(s.t.Context(), store.Source{Name: name, Campaign: campaign, Matchmaker: staff})
	if err := errors.Join(err, err2); err != nil {
		s.t.Fatal(err)
	}
	s.card = src.Code
	return s.card
}

func (s *stage) event(p *person) bot.Event {
	s.events++
	ev := bot.Event{Key: bot.EventKey(fmt.Sprintf("%s:%d", p.at.Channel, s.events)), From: p.at, Kind: bot.Wrote, Lang: p.lang, At: s.clock.Now()}
	if p.at.Channel == "telegram" {
		ev.Ref = fmt.Sprintf("m%d", s.events)
	}
	if s.topic != nil {
		ev.From, ev.By = s.topic.at, p.at
	}
	if s.metered && p.at.Channel == "wechat" {
		ev.Opens = &bot.Allowance{Name: "message", Count: 5, For: 48 * time.Hour}
	}
	return ev
}

// sign keeps what somebody has written under its name.
func (p *person) sign(ev *bot.Event) {
	if p.words == nil {
		p.words = map[string]string{}
	}
	if ev.Ref != "" && ev.Kind != bot.Pressed && p.words[ev.Ref] == "" {
		p.words[ev.Ref] = cmp.Or(ev.Text, "…")
	}
}

// act lets a person do a line of a transcript, and everybody hear what comes of
// it.
func (s *stage) act(p *person, line string) {
	s.t.Helper()
	s.clock.Advance(10 * time.Second)
	s.noteDown(p, line)
	for _, ev := range s.read(p, line) {
		p.sign(&ev)
		if s.topic != nil {
			s.topic.sign(&ev)
		}
		s.handle(ev)
	}
	s.settle()
}

// read reads a line: words, "[label]" or "(deed)".
func (s *stage) read(p *person, line string) []bot.Event {
	s.t.Helper()
	p.away = p.away && line == "(out of reach)"
	ev := s.event(p)
	if label, ok := within(line, "[", "]"); ok {
		s.press(p, &ev, label)
		return []bot.Event{ev}
	}
	deed, ok := within(line, "(", ")")
	if !ok {
		ev.Text, p.wrote = line, ev.Ref
		return []bot.Event{ev}
	}
	if words, ok := strings.CutPrefix(deed, "quote own "); ok {
		ev.Quotes = p.wrote
		ev.Text, p.wrote = words, ev.Ref
		return []bot.Event{ev}
	}
	if words, ok := strings.CutPrefix(deed, "quote "); ok {
		quoted, words, _ := strings.Cut(words, ": ")
		s.quote(p, &ev, quoted)
		ev.Text, p.wrote = words, ev.Ref
		return []bot.Event{ev}
	}
	verb, rest, _ := strings.Cut(deed, " ")
	switch verb {
	case "follow":
		ev.Kind, ev.Source = bot.Arrived, rest
		if rest == "mei's card" {
			ev.Source = s.source("王红娘的名片", "春季相亲会", s.person("mei"))
		}
	case "unfollow":
		ev.Kind = bot.Left
	case "voice":
		ev.Kind, ev.Media = bot.Sent, []bot.Media{{Kind: bot.Voice, Ref: "v", Note: rest}}
	case "video":
		ev.Kind, ev.Media = bot.Sent, []bot.Media{{Kind: bot.Video, Ref: "w"}}
	case "file":
		ev.Kind, ev.Media = bot.Sent, []bot.Media{{Kind: bot.File, Ref: "f", Note: cmp.Or(rest, "cv.pdf")}}
		if p.at.Channel == "wechat" {
			ev.Media[0].Ref = "" // the platform gives none
		}
	case "sticker":
		ev.Kind, ev.Media = bot.Sent, []bot.Media{{Kind: bot.Sticker, Ref: "s"}}
	case "large": // one that leaves no room for others in a copy
		ev.Kind, ev.Media = bot.Showed, []bot.Media{{Kind: bot.Photo, Ref: largePicture, Size: 1}}
	case "huge": // a picture larger than we take
		ev.Kind, ev.Media = bot.Showed, []bot.Media{{Kind: bot.Photo, Ref: "h", Size: 15 << 20}}
	case "contact":
		note := "other: Friend " + rest
		if number, own := strings.CutPrefix(rest, "own "); own {
			note = bot.OwnContact + number
		}
		ev.Kind, ev.Media = bot.Sent, []bot.Media{{Kind: bot.Contact, Note: note}}
	case "edit":
		ev.Kind, ev.Text, ev.Ref = bot.Edited, rest, p.wrote
		return []bot.Event{ev}
	case "code":
		if rest != "again" {
			s.invite(store.Role(rest))
		}
		ev.Text = s.code
	case "link":
		ev.Text = s.link
	case "trouble":
		if s.topic != nil {
			p = s.topic
		}
		p.trouble = troubles[rest]
		if p.trouble == nil && rest != "over" {
			s.t.Fatalf("there is no trouble %q", rest)
		}
		return nil
	case "bounce": // the template message does not arrive
		ev.Kind, ev.Opens = bot.Bounced, nil
	case "version": // the agency gives its pledge of secrecy another one
		s.engine = engineWith(s.t, s.store, newPledge(rest))
		return nil
	case "hold", "release":
		s.hold(verb, rest)
		return nil
	case "out":
		p.away = true
		return nil
	case "photo":
		return s.photos(p, rest)
	case "registers":
		s.register(p.at, rest)
		return nil
	case "introduces":
		s.introduce(p, rest)
		return nil
	case "crowd":
		s.crowd(rest)
		return nil
	default:
		s.t.Fatalf("nobody can do %q", line)
	}
	return []bot.Event{ev}
}

// hold does what the operator does for whoever is in charge.
func (s *stage) hold(verb, client string) {
	s.t.Helper()
	do := map[string]func(context.Context, string) (bool, error){"hold": s.store.Hold, "release": s.store.Release}[verb]
	if ok, err := do(s.t.Context(), client); !ok || err != nil {
		s.t.Fatalf("%s %s: %v, %v", verb, client, ok, err)
	}
}

// photos is a picture, an album of so many, or one with words under it.
func (s *stage) photos(p *person, rest string) (all []bot.Event) {
	n := 1
	if _, err := fmt.Sscanf(rest, "%d", &n); err == nil {
		rest = ""
	}
	for range n {
		ev := s.event(p)
		ev.Kind, ev.Text, ev.Media = bot.Showed, rest, []bot.Media{{Kind: bot.Photo, Ref: "p", Size: 1}}
		all = append(all, ev)
	}
	return all
}

func within(s, open, shut string) (string, bool) {
	s, ok := strings.CutPrefix(s, open)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, shut)
}

// press finds the newest button with the label on the person's screen.
func (s *stage) press(p *person, ev *bot.Event, label string) {
	s.t.Helper()
	ev.Kind = bot.Pressed
	screen := s.screen(p)
	for i := len(screen) - 1; i >= 0; i-- {
		on := screen[i]
		for n, b := range on.m.Buttons {
			if b.Label != label {
				continue
			}
			if p.at.Channel == "wechat" {
				ev.Tap = &bot.Tap{Seq: on.seq, Index: n}
			} else {
				ev.Button, ev.On = b.ID, &bot.Shown{Ref: fmt.Sprint(on.seq), Text: on.m.Text}
			}
			return
		}
	}
	s.t.Fatalf("%s sees no button %q", p.name, label)
}

// quote finds the newest message with the words on the person's screen.
func (s *stage) quote(p *person, ev *bot.Event, words string) {
	s.t.Helper()
	screen := s.screen(p)
	for i := len(screen) - 1; i >= 0; i-- {
		if text := screen[i].m.Text; strings.Contains(text, words) {
			ev.Quoted = text
			if p.at.Channel == "telegram" {
				ev.Quotes = fmt.Sprint(screen[i].seq)
			}
			return
		}
	}
	s.t.Fatalf("%s sees no message with %q", p.name, words)
}

// screen is what a person looks at: their own chat, or the topic.
func (s *stage) screen(p *person) []shown {
	if s.topic != nil {
		return s.topic.shown
	}
	return p.shown
}

// groups are those of the staff, in transcripts with topics.
var groups = []bot.Conversation{{Channel: "telegram", Chat: "-100500"}, {Channel: "telegram", Chat: "-100600"}}

// useGroups lets colleagues talk with clients in topics.
func (s *stage) useGroups() {
	settings := stageSettings(s.t)
	settings.Groups = groups
	s.engine = engineOf(s.t, s.store, settings, flows.New(settings), nil)
}

// inTopic is the topic that is called so; it must have been opened.
func (s *stage) inTopic(key string) *person {
	s.t.Helper()
	for _, p := range s.people {
		if _, of := p.at.InThread(); of == key {
			return p
		}
	}
	s.t.Fatalf("there is no topic %q", key)
	return nil
}

// topicAt makes a topic somebody who hears what is said there.
func (s *stage) topicAt(to bot.Conversation) {
	if _, key := to.InThread(); key != "" && !slices.ContainsFunc(s.people, func(p *person) bool { return p.at == to }) {
		s.people = append(s.people, &person{name: "群 " + key, at: to, lang: "zh-CN"})
	}
}

func (s *stage) handle(ev bot.Event) {
	s.t.Helper()
	if s.spoil != nil {
		s.spoil()
	}
	s.byHand.Store(ev.Kind != bot.Noticed)
	out, err := s.engine.Handle(s.t.Context(), ev)
	s.byHand.Store(false)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.twice {
		again, err := s.engine.Handle(s.t.Context(), ev)
		if err != nil || !again.Repeated {
			s.t.Fatalf("delivered again: %+v, %v", again, err)
		}
	}
	if out.Toast != "" && ev.From.Channel == "telegram" {
		s.toast = out.Toast
	}
}

// A copy of somebody's data holds so much in a transcript, and a large picture
// nearly all of it.
const (
	copyRoom     = 600 << 10
	largePicture = "large"
)

func copyMaker(t testing.TB, st *store.Store) *copies.Maker {
	t.Helper()
	texts := loadTexts(t, nil)
	return &copies.Maker{Store: st, MaxBytes: copyRoom, Compose: func(lang string, k store.Kept, made time.Time) (copies.Document, error) {
		return flows.ComposeCopy(texts, agency(lang).Name, lang, k, made)
	}}
}

// makeCopies brings pictures home and makes the copies that are wished for.
func (s *stage) makeCopies() {
	s.t.Helper()
	if s.away {
		return
	}
	for {
		wanted, err := s.store.Wanted(s.t.Context(), 50, time.Hour)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, p := range wanted {
			picture := []byte("picture " + string(p.ID))
			if p.Media().Ref == largePicture {
				picture = make([]byte, copyRoom*2/3)
			}
			if err := s.store.KeepMedia(s.t.Context(), p.ID, "image/jpeg", picture); err != nil {
				s.t.Fatal(err)
			}
		}
		if len(wanted) == 0 {
			break
		}
	}
	if _, err := s.maker.Drain(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// settle plays what is due, delivers what was said, and erases who has wished it.
func (s *stage) settle() {
	s.t.Helper()
	for again := true; again; again = s.erase() {
		s.speak()
	}
	if _, err := s.store.EndErasures(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// erase carries out what has been ordered; it is false when there was nothing.
func (s *stage) erase() bool {
	s.t.Helper()
	due, err := s.store.ErasuresDue(s.t.Context(), 100)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, order := range due {
		if _, _, err := s.store.CarryOut(s.t.Context(), order, s.last); err != nil {
			s.t.Fatal(err)
		}
	}
	return len(due) > 0
}

// speak plays what is due and delivers what was said, until nothing comes of it any
// more.
func (s *stage) speak() {
	s.t.Helper()
	s.makeCopies()
	for {
		due, err := s.store.DueTimers(s.t.Context(), 100)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, ev := range due {
			s.handle(ev)
		}
		if len(due) > 0 {
			continue
		}
		sent, err := s.sender.Drain(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		if due, err = s.store.DueTimers(s.t.Context(), 1); err != nil {
			s.t.Fatal(err)
		}
		if sent == 0 && len(due) == 0 {
			return
		}
	}
}

// wait lets time pass.
func (s *stage) wait(d time.Duration) {
	s.t.Helper()
	s.clock.Advance(d)
	s.settle()
}

// said is what everybody has heard since the last time, who acted first.
func (s *stage) said(first string) string {
	var b strings.Builder
	if s.toast != "" {
		b.WriteString(first + "~ " + s.toast + "\n")
		s.toast = ""
	}
	order := slices.Clone(s.people)
	slices.SortStableFunc(order, func(x, y *person) int {
		return map[bool]int{true: 0, false: 1}[x.name == first] - map[bool]int{true: 0, false: 1}[y.name == first]
	})
	for _, p := range order {
		for i, m := range p.heard {
			if i > 0 {
				b.WriteString("\n")
			}
			for _, l := range strings.Split(m, "\n") {
				b.WriteString(strings.TrimRight(p.name+"< "+l, " ") + "\n")
			}
		}
		p.heard = nil
	}
	return b.String()
}

// ear is a platform: it draws what people are told as their screens would.
type ear struct {
	stage *stage
	name  string
}

func (e ear) Name() string                    { return e.name }
func (e ear) Metered() bool                   { return e.stage.metered && e.name == "wechat" }
func (e ear) Webhook(bot.Accept) http.Handler { return http.NotFoundHandler() }
func (e ear) Fetch(context.Context, bot.Media, int64) ([]byte, error) {
	return nil, bot.ErrGone
}

func (e ear) Send(_ context.Context, d bot.Delivery) (bot.Receipt, error) {
	s := e.stage
	s.mu.Lock()
	defer s.mu.Unlock()
	s.topicAt(d.To)
	for _, p := range s.people {
		if p.at == d.To && p.away {
			return bot.Receipt{}, bot.ErrClosed
		}
		if p.at == d.To {
			if p.trouble != nil {
				return bot.Receipt{}, p.trouble
			}
			if e.Metered() && d.Budget == 0 && d.Message.Mark == "" && d.Message.Takes == 0 {
				return bot.Receipt{}, bot.ErrClosed
			}
			if drawn := draw(p, d.Message); drawn != "" {
				p.heard = append(p.heard, s.hideCode(drawn))
			}
			p.shown = append(p.shown, shown{d.Seq, d.Message})
			s.keepHidden(p, d.Message.Text)
		}
	}
	r := bot.Receipt{Pieces: 1, Total: 1}
	if e.name == "telegram" {
		r.Refs = []string{fmt.Sprint(d.Seq)}
		if d.Message.Edits != "" {
			r.Refs = []string{d.Message.Edits}
		}
	}
	return r, nil
}

// Knock shows a template message; it needs no leave to write.
func (e ear) Knock(_ context.Context, k bot.Knock) error {
	s := e.stage
	if !s.template || e.name != "wechat" {
		return bot.ErrNoKnock
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.people {
		if p.at == k.To {
			p.heard = append(p.heard, fmt.Sprintf("【模板消息】%s：%s（%s，%s 条）", k.Say["agency"], k.Say["note"], k.Say["time"], k.Say["count"]))
		}
	}
	return nil
}

// troubles are why nothing reaches somebody.
var troubles = map[string]error{
	"blocked": bot.ErrGone, "refused": &bot.Refused{Code: 400, Reason: "odd"}, "unsure": &bot.Unsure{Err: errors.New("cut")}, "busy": &bot.SlowDown{For: time.Minute},
}

var copyPassword = regexp.MustCompile(`\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b`)

var linkCode = regexp.MustCompile(`LK(-[0-9A-Z]{5}){2}`)

// hideCode keeps a link code, and the password of a copy, for who types it, and
// writes down the same for all.
func (s *stage) hideCode(text string) string {
	if code := copyPassword.FindString(text); code != "" {
		s.password = code
		return strings.ReplaceAll(text, code, "1234-5678-ABCD-EFGH")
	}
	if code := linkCode.FindString(text); code != "" && !strings.Contains(text, "XXXXX") {
		s.link = code
		return strings.ReplaceAll(text, code, "LK-12345-ABCDE")
	}
	return text
}

// noteDown remembers what a colleague writes as a note.
func (s *stage) noteDown(p *person, line string) {
	words := strings.TrimLeft(line, "/／ ")
	if p.role != "" && (strings.HasPrefix(line, "//") || strings.HasPrefix(line, "／／")) && len([]rune(words)) > 4 {
		s.mu.Lock()
		s.noted = append(s.noted, words)
		s.mu.Unlock()
	}
}

// keepHidden fails when anybody is told where somebody else talks to us, and a
// client what colleagues have noted, or what would tell who another client is.
func (s *stage) keepHidden(p *person, text string) {
	for _, note := range s.noted {
		if _, topic := p.at.InThread(); p.role == "" && topic == "" && strings.Contains(text, note) {
			s.t.Errorf("%s reads the note %q: %s", p.name, note, text)
		}
	}
	for _, secret := range s.secrets {
		if _, topic := p.at.InThread(); p.role == "" && topic == "" && strings.Contains(text, secret) {
			s.t.Errorf("%s reads %q: %s", p.name, secret, text)
		}
	}
	for _, other := range s.people {
		if other != p && strings.Contains(text, other.at.Chat) {
			s.t.Errorf("%s is told the chat of %s: %s", p.name, other.name, text)
		}
	}
}

// textOf is what a message on the person's screen says, by its name.
func (p *person) textOf(ref string) string {
	for _, on := range p.shown {
		if fmt.Sprint(on.seq) == ref {
			return on.m.Text
		}
	}
	return ""
}

// draw writes a message as the person's screen shows it: keys on Telegram,
// numbered or lettered words on WeChat.
func draw(p *person, m bot.Message) string {
	switch {
	case m.Takes != 0:
		return p.taken(m.Gone)
	case m.Mark != "":
		return p.marked(m.Mark)
	case m.Edits != "" && m.Changes != 0:
		return "✎ " + m.Text
	}
	if m.Edits != "" {
		_, tick, ok := strings.Cut(m.Text, "\n\n✓")
		switch was := p.textOf(m.Edits); {
		case p.at.Channel == "wechat":
			return ""
		case ok:
			return "✓" + tick
		case m.Text != was && was != "":
			return "↻ " + m.Text
		}
		return ""
	}
	lines := []string{}
	if m.Quotes != "" && p.at.Channel == "telegram" {
		lines = append(lines, "↩ "+p.quoted(m.Quotes))
	}
	if m.Text != "" {
		lines = append(lines, m.Text)
	}
	for i, b := range m.Buttons {
		switch {
		case p.at.Channel == "telegram":
			lines = append(lines, "["+b.Label+"]")
		case m.Card:
			lines = append(lines, fmt.Sprintf("%c. %s", 'A'+i, b.Label))
		default:
			lines = append(lines, fmt.Sprintf("%d. %s", i+1, b.Label))
		}
	}
	switch n := len(m.Photos); n {
	case 0:
	case 1:
		lines = append(lines, "(photo)")
	default:
		lines = append(lines, fmt.Sprintf("(photo %d)", n))
	}
	if m.Place != nil {
		lines = append(lines, "(place "+m.Place.Name+")")
	}
	if m.Document != nil {
		lines = append(lines, "("+strings.TrimSpace(cmp.Or(string(m.Document.Kind), "file")+" "+m.Document.Name)+")")
	}
	return strings.Join(lines, "\n")
}

// taken is how it looks when messages go from the screen.
func (p *person) taken(names []string) string {
	var lines []string
	for _, name := range names {
		lines = append(lines, "✂ "+p.quoted(name))
	}
	return strings.Join(lines, "\n")
}

// marked is how a mark on what the person wrote looks.
func (p *person) marked(ref string) string {
	if p.at.Channel == "wechat" {
		return ""
	}
	return "👌 " + p.quoted(ref)
}

// quoted is the first line of the message of that name on the person's screen.
func (p *person) quoted(ref string) string {
	text := p.words[ref]
	for _, on := range p.shown {
		if fmt.Sprint(on.seq) == ref {
			text = on.m.Text
		}
	}
	first, _, _ := strings.Cut(text, "\n")
	return first
}
