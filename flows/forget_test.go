package flows_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
	"redthread/templates"
)

// life is a client who has done everything with us that can be done, in two chats,
// with three colleagues.
type life struct {
	*filler
	values []string // that they told us, or are known by
}

// wholeLife lets bo (WeChat) live it; carl's chat (Telegram) becomes his, too.
func wholeLife(t testing.TB) *life {
	t.Helper()
	l := &life{filler: newFiller(t, "bo", "type")}
	for _, name := range []string{"mei", "li", "chen"} {
		l.hire(l.person(name))
	}
	for _, line := range []string{"(follow mei's card)", "English", "中文"} {
		l.do(line)
	}
	l.fill()
	l.correct()
	l.keepPictures()
	for _, deeds := range []struct{ who, lines string }{
		{"bo", "择偶条件|必须符合|28到35|取消"},
		{"bo", "投诉|费用|上次那位蔡红娘|跳过|同一个月收了我两次玫瑰套餐费。|(photo 收据在此)|发完了|跳过|提交"},
		{"bo", "问：端午那天能不能带我姑妈一起来"},
		{"li", "[我来处理]|[看证据]|[处理中]|Q-000001|[我来答复]|可以的，您和姑妈一起来就行，前台找小李领茶水券。"},
		{"chen", "[收进知识库]"},
		{"bo", "问：签约时可以用外地社保吗"},
		{"li", "Q-000002|[我来答复]"}, // and does not finish it
		{"carl", "link|1"},
		{"bo", "绑定|2|(link code)|1"},
		{"bo", "我的副本|好的"},
		{"bo", "人工|我现在在南昌路口的咖啡馆|(photo)"},
		{"mei", "K-000001|A|A|K-000001|看照片|K-000001|核验证件|身份证|1|长期有效"},
		{"chen", "[接待]|您好，我看到您在咖啡馆了"},
		{"bo", "谢谢陈店长，我穿绿格子外套"},
		{"carl", "complaint|fees|nobody in particular|skip|Half a story about a lost umbrella in Ningbo."},
	} {
		for _, line := range strings.Split(deeds.lines, "|") {
			l.act(l.person(deeds.who), line)
		}
	}
	l.keepPictures()
	if err := l.store.Bury(t.Context(), "wechat", []byte("<FromUserName>"+l.person("bo").at.Chat+"</FromUserName>"), errors.New("odd")); err != nil {
		t.Fatal(err)
	}
	l.values = []string{
		"诸葛思远", "思远", "武汉理工大学", "口腔科护士", "江汉路牙科", "二〇一九年和平分手", "好好吃饭", "+8613876543210", "13876543210", "138 7654 3210", "1993-05-20", "下棋",
		"蔡红娘", "玫瑰套餐费", "收据在此", "姑妈", "茶水券", "外地社保", "南昌路口", "咖啡馆", "绿格子外套", "lost umbrella in Ningbo",
		l.person("bo").at.Chat, l.person("carl").at.Chat,
	}
	return l
}

// keepPictures brings home all pictures that were sent.
func (l *life) keepPictures() {
	l.t.Helper()
	wanted, err := l.store.Wanted(l.t.Context(), 100, time.Minute)
	for _, p := range wanted {
		err = errors.Join(err, l.store.KeepMedia(l.t.Context(), p.ID, "image/jpeg", []byte("picture of "+string(p.From.Chat))))
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// sweep erases the pictures' files, as the fetcher does.
func (l *life) sweep() {
	l.t.Helper()
	if _, err := l.store.SweepMedia(l.t.Context(), 1000); err != nil {
		l.t.Fatal(err)
	}
}

// nowhere looks for what must be gone, with and without the keys.
func (l *life) nowhere() {
	l.t.Helper()
	// What was approved for everybody is the agency's own, and clients are told so;
	// the texts of a consent and of the house name ordinary things.
	gone := slices.DeleteFunc(slices.Clone(l.values), func(v string) bool { return v == "姑妈" || v == "茶水券" })
	for _, f := range storetest.DumpOf(l.t, l.home, l.store).Find(gone...) {
		l.t.Error("a thief finds", f)
	}
	for _, f := range storetest.Opened(l.t, l.store).Find(gone...) {
		l.t.Error("who has the keys finds", f)
	}
}

// TestForgottenEverywhere has a whole life deleted, over a crash after every step
// of it, and looks for every word of it in all of the house.
func TestForgottenEverywhere(t *testing.T) {
	t.Parallel()
	l := wholeLife(t)
	before, opened := storetest.DumpOf(t, l.home, l.store), storetest.Opened(t, l.store)
	for _, v := range l.values {
		if !before.Has(v) && !opened.Has(v) {
			t.Errorf("%q was known nowhere: looking for it later proves nothing", v)
		}
	}
	for _, line := range []string{"删除我的资料", "确认删除"} {
		l.do(line)
	}
	heard := l.said("bo")
	for _, want := range []string{
		"bo< 您的资料已经删除。\nbo< 【回执】编号 E-000001", "carl< In your other chat you asked for deletion.",
		"li< ℹ️ 客户 K-000001 已按本人要求删除全部资料（记录 E-000001）", "写到一半的", "mei< ℹ️ 客户 K-000001", "chen< ℹ️ 客户 K-000001", "您和这位客户的聊天也结束了",
	} {
		if !strings.Contains(heard, want) {
			t.Errorf("nobody heard %q:\n%s", want, heard)
		}
	}
	l.sweep()
	l.nowhere()
	l.isAStranger(heard)
	l.hasARecord()
}

// isAStranger: who comes back is met for the first time, and of old buttons
// nothing comes.
func (l *life) isAStranger(heard string) {
	l.t.Helper()
	if strings.Count(heard, "E-000001，") != 1 {
		l.t.Errorf("told more than once:\n%s", heard)
	}
	for _, deeds := range []struct{ who, line, want string }{
		{"bo", "你好", "bo< 您好，欢迎来到红线婚介"},
		{"bo", "查进度", "bo< 您没有在等的事"},
		{"bo", "我的核验", "bo< 您还没有核验记录"},
		{"carl", "my data", "carl< Hello and welcome"},
		{"mei", "找 13876543210", "没有找到这位客户"},
		{"mei", "K-000001", "没有找到这位客户"},
	} {
		l.act(l.person(deeds.who), deeds.line)
		if said := l.said(deeds.who); !strings.Contains(said, deeds.want) && deeds.who != "carl" {
			l.t.Errorf("%s> %s: %s", deeds.who, deeds.line, said)
		}
	}
}

func (l *life) hasARecord() {
	l.t.Helper()
	e, err := l.store.ErasureRecord(l.t.Context(), "E-000001")
	if err != nil {
		l.t.Fatal(err)
	}
	if e.Reason != store.ErasedByWish || e.Channel != "wechat" || e.At.IsZero() || e.Client != "" {
		l.t.Errorf("%+v", e)
	}
	var kinds []string
	for _, k := range e.Gone.Kinds() {
		kinds = append(kinds, fmt.Sprint(k.Kind, " ", k.N))
	}
	if got := strings.Join(kinds, ", "); !strings.HasPrefix(got, "profile 1, criteria 1, phone 1, photos 1, papers 1, complaints 1, questions 2, talks 1, messages ") {
		l.t.Errorf("the record tells of %s", got)
	}
}

// TestForgottenOverCrashes: a process that dies between any two steps of an
// erasure leaves nothing that the next one does not finish, and the client is told
// once.
func TestForgottenOverCrashes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	chen := s.person("chen")
	s.hire(chen)
	s.acts("anna", append(untilEvidence, "发完了", "跳过", "提交", "删除我的资料")...)
	order := s.read(s.person("anna"), "确认删除")[0]
	s.handle(order)
	restart := func() {
		t.Helper()
		s.store = storetest.Open(t, s.home)
		s.engine, s.sender.Store = newEngine(t, s.store), s.store
		again, err := s.engine.Handle(t.Context(), order)
		if err != nil || !again.Repeated {
			t.Errorf("the order is delivered again: %+v, %v", again, err)
		}
	}
	restart() // ordered, and nothing done
	s.speak()
	failed := errors.New("the process dies here")
	for _, id := range s.ordered() {
		_, _, err := s.store.CarryOut(t.Context(), id, func(store.Erased, store.LastChat) (bot.Message, error) { return bot.Message{}, failed })
		if !errors.Is(err, failed) {
			t.Fatalf("in the middle of it: %v", err)
		}
	}
	if n := len(s.complaints("anna")); n != 1 {
		t.Errorf("an erasure that failed took %d complaints along", 1-n)
	}
	restart() // nothing of it stands
	if !s.erase() {
		t.Fatal("nothing was carried out")
	}
	restart() // erased; the last words are not sent
	if err := s.store.ForgetSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.speak()
	restart() // sent; the chat is not forgotten
	s.settle()
	s.settle()
	heard := s.said("anna")
	if strings.Count(heard, "您的资料已经删除") != 1 || strings.Count(heard, "正在删除") != 1 || strings.Contains(heard, "欢迎") {
		t.Errorf("anna heard:\n%s", heard)
	}
	for _, d := range []storetest.Dump{storetest.DumpOf(t, s.home, s.store), storetest.Opened(t, s.store)} {
		for _, f := range d.Find(s.person("anna").at.Chat, "同一个月收了两次费用") {
			t.Error("found", f)
		}
	}
}

// ordered are the orders that are due.
func (s *stage) ordered() []int64 {
	s.t.Helper()
	due, err := s.store.ErasuresDue(s.t.Context(), 10)
	if err != nil || len(due) == 0 {
		s.t.Fatal(due, err)
	}
	return due
}

// TestForgottenBeforeATimer: a timer that was looked up before the erasure, and
// comes after it, finds nobody and leaves nothing.
func TestForgottenBeforeATimer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("anna", append(untilEvidence, "发完了", "跳过", "提交", "删除我的资料")...)
	s.clock.Advance(time.Hour)
	due, err := s.store.DueTimers(t.Context(), 10)
	if err != nil || len(due) == 0 {
		t.Fatal(due, err)
	}
	s.handle(s.read(s.person("anna"), "确认删除")[0])
	if _, err := s.sender.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.erase()
	for _, ev := range due {
		s.handle(ev)
	}
	if ses, err := s.store.SessionOf(t.Context(), s.person("anna").at); err != nil || ses.Seq != 0 {
		t.Errorf("%+v, %v", ses, err)
	}
	s.settle()
	if found := storetest.DumpOf(t, s.home, s.store).Find(s.person("anna").at.Chat); len(found) > 0 {
		t.Error(found)
	}
}

// TestForgottenWhileTheyWrite: who writes again before the last words have gone
// out is met as a stranger; nothing of the two lives mixes.
func TestForgottenWhileTheyWrite(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("anna", append(untilEvidence, "发完了", "跳过", "提交", "删除我的资料")...)
	s.handle(s.read(s.person("anna"), "确认删除")[0])
	s.speak()
	s.erase()
	hello := s.read(s.person("anna"), "我的资料")
	s.together(append(hello, hello...), s.engine, s.replica())
	heard := s.said("anna")
	if strings.Count(heard, "您的资料已经删除") != 1 || strings.Count(heard, "您的资料，您说了算") != 1 {
		t.Errorf("heard:\n%s", heard)
	}
	s.act(s.person("anna"), "看存了哪些")
	s.act(s.person("anna"), "查进度")
	if heard = s.said("anna"); !strings.Contains(heard, "您没有在等的事") {
		t.Errorf("heard:\n%s", heard)
	}
	ses, err := s.store.SessionOf(t.Context(), s.person("anna").at)
	if err != nil || ses.Seq != 3 {
		t.Errorf("session %+v, %v", ses, err)
	}
}

// BenchmarkForget measures the erasure of a whole life, from the order to the last
// trace.
func BenchmarkForget(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		l := wholeLife(b)
		l.do("删除我的资料")
		l.handle(l.read(l.person("bo"), "确认删除")[0])
		l.speak()
		b.StartTimer()
		if !l.erase() {
			b.Fatal("nothing to erase")
		}
		if _, err := l.sender.Drain(b.Context()); err != nil {
			b.Fatal(err)
		}
		if _, err := l.store.SweepMedia(b.Context(), 100); err != nil {
			b.Fatal(err)
		}
		if _, err := l.store.EndErasures(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPagesFit: whatever a client has told us, no page of 我的资料 is longer than
// one message of Telegram (4096 letters) or two of WeChat (2048 bytes each).
func TestPagesFit(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"bo", "carl"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			f := newFiller(t, who, "type")
			f.fill()
			f.stuff()
			for range 9 {
				f.do("问：" + strings.Repeat("长问题", 300))
			}
			f.do(map[string]string{"zh-CN": "我的资料", "en": "my data"}[f.lang])
			f.press([]string{"看存了哪些", "See what is kept"}, f.labels())
			for _, label := range f.labels() {
				f.press([]string{label}, []string{label})
				for _, m := range f.who.shown[len(f.who.shown)-2:] {
					if text := draw(f.who, m.m); len([]rune(text)) > 4096 || len(text) > 2*2048 {
						t.Errorf("%s: %d letters, %d bytes", label, len([]rune(text)), len(text))
					}
				}
			}
		})
	}
}

// stuff makes everything the client has told as long as it may be.
func (f *filler) stuff() {
	f.t.Helper()
	long := func(n int) string { return strings.Repeat("长", n) }
	_, err := f.store.Turn(f.t.Context(), f.event(f.who), func(tx *store.Tx, _ *bot.Session) error {
		p, err := tx.MyProfile()
		if err != nil {
			return err
		}
		p.School, p.Employer, p.Occupation, p.Religion, p.Ethnicity = long(60), long(60), long(40), long(40), long(20)
		p.Intro, p.History, p.Hobbies = long(500), long(300), nil
		for i := range 20 {
			p.Hobbies = append(p.Hobbies, long(29)+fmt.Sprint(i%10))
		}
		err = errors.Join(tx.SaveProfile(p), tx.SaveCriteria(store.Criteria{MustWords: long(500), PreferWords: long(500), WordsAsked: true}))
		for range 9 {
			err = errors.Join(err, tx.KeepNote(store.Note{Lines: []string{long(500)}}, 100))
			if _, e := tx.FileComplaint(store.NewComplaint{Lang: f.lang, Matter: "fees", Promised: tx.Now()}); e != nil {
				return e
			}
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// TestReceiptNamesEverything: whatever goes and whatever stays has a name of its
// own, and the longest receipt fits one message.
func TestReceiptNamesEverything(t *testing.T) {
	t.Parallel()
	var all store.Holdings
	for _, table := range []string{
		"profiles", "criteria", "profile_notes", "phones", "photos", "verifications", "complaints", "questions", "handoffs", "outbox", "data_copies", "dates", "introductions", "packages",
		"clients", "consents", "audit", "source_visits", "promoted_answers", "turns",
	} {
		all = append(all, store.ErasedKind{Kind: table, N: 1234})
	}
	if got, want := len(all.Kinds()), len(store.AllKinds); got != want {
		t.Errorf("%d kinds of %d are told", got, want)
	}
	ids := slices.Clone(store.AllKinds)
	for _, r := range all.Remains(store.Keep{}) {
		ids = append(ids, r.What)
	}
	if got, want := len(ids), len(store.AllKinds)+len(store.Remains(store.Keep{})); got != want {
		t.Errorf("%d of %d are told", got, want)
	}
	for _, lang := range templates.Languages {
		m, err := lastWords(t)(store.Erased{Number: "E-000001", At: time.Date(2026, 3, 6, 4, 0, 0, 0, time.UTC), Gone: all}, store.LastChat{Lang: lang})
		if err != nil || len(m.Text) > 2048 {
			t.Errorf("%s: %d bytes, %v", lang, len(m.Text), err)
		}
		for _, id := range ids {
			if lang == "zh-CN" && strings.Contains(m.Text, id) {
				t.Errorf("%q has no name: %s", id, m.Text)
			}
		}
	}
}
