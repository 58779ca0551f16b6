package flows_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/copies"
	"redthread/bot/copies/copiestest"
	"redthread/flows"
	"redthread/store"
	"redthread/store/storetest"
)

// copyOf has the person ask for a copy in their chat and opens it.
func (s *stage) copyOf(p *person) (files map[string][]byte) {
	s.t.Helper()
	words := map[string]string{"": "我的副本", "en": "copy of my data"}[p.lang]
	s.act(p, words)
	s.act(p, "1")
	d := s.newestCopy(p)
	raw, _, err := s.store.OpenMedia(s.t.Context(), d.Media)
	if err != nil {
		s.t.Fatal(err)
	}
	if files, err = copiestest.Open(raw, s.password); err != nil {
		s.t.Fatal(err)
	}
	if _, err := copiestest.Open(raw, "1234-5678-ABCD-EFGH"); err == nil {
		s.t.Error("another password opens it")
	}
	for _, name := range []string{"index.html", "data.json"} {
		if len(files[name]) < 100 || strings.Contains(string(raw), string(files[name][:40])) {
			s.t.Errorf("%s has %d bytes, or stands there in clear", name, len(files[name]))
		}
	}
	return files
}

func (s *stage) newestCopy(p *person) (d store.DataCopy) {
	s.t.Helper()
	s.record(p, func(tx *store.Tx) error {
		me, err := tx.Self("")
		if err != nil {
			return err
		}
		all, err := tx.CopiesSince(me.ID, time.Time{})
		if err == nil && len(all) == 0 {
			s.t.Fatal("there is no copy\n" + s.said(p.name))
		}
		d = all[len(all)-1]
		return err
	})
	return d
}

// record writes something in a turn of the person's.
func (s *stage) record(p *person, write func(*store.Tx) error) {
	s.t.Helper()
	if _, err := s.store.Turn(s.t.Context(), s.event(p), func(tx *store.Tx, _ *bot.Session) error { return write(tx) }); err != nil {
		s.t.Fatal(err)
	}
}

// client is who the person is to us.
func (s *stage) client(p *person) (c store.Client) {
	s.t.Helper()
	s.record(p, func(tx *store.Tx) (err error) {
		c, err = tx.Self("")
		return err
	})
	return c
}

const awful = `<script>alert("hi")</script> & "'{{.}} ` + "👩‍❤️‍👨 שלום"

// live lets the person have a life with us in every table.
func (f *filler) live(li *person) {
	f.t.Helper()
	f.fill()
	f.correct()
	f.record(f.who, func(tx *store.Tx) error {
		if err := tx.SaveCriteria(store.Criteria{
			Age: store.Wish{Weight: store.Must, From: 31, To: 37}, Education: store.Wish{Weight: store.Prefer, Least: "college"}, Region: store.Wish{Weight: store.Must, Places: []int{420100}},
			Smoking: store.Wish{Weight: store.Any}, MustWords: "一定要孝顺父母", PreferWords: "最好会弹古筝",
		}); err != nil {
			return err
		}
		if err := tx.KeepNote(store.Note{Lines: []string{"我妈妈催得紧"}, Voice: true, At: tx.Now()}, 9); err != nil {
			return err
		}
		photo, err := tx.Want(bot.Media{Kind: bot.Photo, Ref: "p"})
		if err != nil {
			return err
		}
		if _, err := tx.FileComplaint(store.NewComplaint{Matter: "fee", Facts: store.Facts{People: "收银的小周", When: "上个月初七", Story: awful, Wish: "退我那三百块"}, Evidence: []bot.MediaID{photo}, Promised: tx.Now()}); err != nil {
			return err
		}
		h, _, _, err := tx.OpenHandoff("zh-CN")
		if err != nil {
			return err
		}
		if _, err := tx.KeepWords(h, store.Words{Lines: []string{"在吗，有件急事"}}, 9); err != nil {
			return err
		}
		_, err = tx.CloseHandoff(h, store.Staff{})
		return err
	})
	f.do("问：你们过年开不开门？")
	anna := f.client(f.who)
	f.record(li, func(tx *store.Tx) error {
		me, err := tx.Staff(li.at)
		if err != nil {
			return err
		}
		if _, _, err := tx.AnswerQuestion("Q-000001", me, "除夕到初三休息。", true); err != nil {
			return err
		}
		if err := tx.NoteReveal(me, anna.ID, store.RevealProfile); err != nil {
			return err
		}
		_, err = tx.NoteVerification(anna.ID, store.PaperEducation, store.PaperSeen, me, tx.Now().Add(time.Hour))
		return err
	})
}

// A client with something in every table asks for a copy, and finds all of it in
// both parts, in their language; nothing of anybody else.
func TestCopyHoldsEverythingKept(t *testing.T) {
	t.Parallel()
	f := newFiller(t, "anna", "type")
	li, bo, carl := f.person("li"), f.person("bo"), f.person("carl")
	f.hire(li)
	f.act(bo, "(follow)")
	f.record(bo, func(tx *store.Tx) error {
		_, err := tx.FileComplaint(store.NewComplaint{Matter: "date", Facts: store.Facts{Story: "博的秘密"}, Promised: tx.Now()})
		return err
	})
	f.act(f.who, "(follow mei's card)")
	f.live(li)
	f.act(f.who, "绑定")
	f.act(f.who, "给我验证码")
	f.act(carl, "(link code)")
	f.act(carl, "[Both are mine: join them]")
	files := f.copyOf(f.who)
	var d copies.Document
	if err := json.Unmarshal(files["data.json"], &d); err != nil {
		t.Fatal(err)
	}
	page := html.UnescapeString(string(files["index.html"]))
	var values []string
	for step, words := range typed["zh-CN"] {
		if !slices.Contains([]string{"gender", "birth", "birth_sure", "marital", "name", "height", "weight", "education", "income", "home", "registered", "children", "housing", "car", "smoking", "drinking", "religion", "hobbies", "intro", "phone"}, step) {
			values = append(values, words)
		}
	}
	values = append(values, "诸葛", "思远", "女士", "1993年5月20日", "离异", "博士", "武汉", "宜昌", "下棋", "慢热的人，喜欢晴天", "138 7654 3210", "一定要孝顺父母", "最好会弹古筝", "31–37 岁", "我妈妈催得紧", awful, "收银的小周", "上个月初七", "退我那三百块",
		"在吗，有件急事", "你们过年开不开门？", "除夕到初三休息。", "小李（客服）", "王红娘的名片", "oAnna7k2Xq", "8100000017", "K-000002", "K-000003", "C-000002", "Q-000001", "真实性声明")
	for _, v := range values {
		if !strings.Contains(told(d), v) {
			t.Errorf("%q is not in data.json", v)
		}
		if !strings.Contains(page, v) {
			t.Errorf("%q is not on the page", v)
		}
	}
	if strings.Contains(string(files["index.html"]), "<script") || strings.Contains(page+told(d), "博的秘密") || strings.Contains(page+told(d), li.at.Chat) || strings.Contains(page+told(d), bo.at.Chat) {
		t.Error("the copy holds what it must not")
	}
	k, err := f.store.Kept(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	leaves(reflect.ValueOf(k), all)
	if len(all) < 60 {
		t.Fatalf("only %d values are kept; that proves nothing", len(all))
	}
	for leaf := range all {
		if !strings.Contains(told(d), leaf) {
			t.Errorf("%q is kept and not in the copy", leaf)
		}
	}
	if pictures := len(files) - 2; pictures != 2 {
		t.Errorf("%d pictures", pictures)
	}
}

// told is everything that a document says, one thing a line.
func told(d copies.Document) string {
	var b strings.Builder
	all := map[string]bool{}
	leaves(reflect.ValueOf(d), all)
	for leaf := range all {
		b.WriteString(leaf + "\n")
	}
	return b.String()
}

// leaves gathers all words and times of a value.
func leaves(v reflect.Value, all map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			leaves(v.Elem(), all)
		}
	case reflect.String:
		if s := v.String(); s != "" {
			all[s] = true
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), all)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			leaves(v.MapIndex(key), all)
		}
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			if !at.IsZero() {
				all[at.UTC().Format(time.RFC3339Nano)] = true
			}
			return
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			of := v.Type().PkgPath() + "." + v.Type().Name() + "." + f.Name
			if f.IsExported() && !slices.Contains(unsaid, of) {
				leaves(v.Field(i), all)
			}
		}
	}
}

// unsaid are fields of what is kept that name things to the program alone, or
// stand in the copy elsewhere or in another form.
var unsaid = []string{
	"redthread/store.Staff.Conversation", "redthread/store.Staff.Lang", "redthread/store.Staff.EnrolledAt", "redthread/store.Staff.RevokedAt", "redthread/store.Staff.Role",
	"redthread/store.Staff.Chats", "redthread/store.Staff.Duty", "redthread/store.Staff.LeaveUntil", "redthread/store.Staff.Capacity", "redthread/store.Staff.OwnCapacity", "redthread/store.Staff.Langs",
	"redthread/store.Client.Source", "redthread/store.Client.SourceName", "redthread/store.Client.Lang", "redthread/store.Photo.Media", "redthread/store.Complaint.Evidence", "redthread/store.Words.Photos", "redthread/store.Words.Ref", "redthread/store.Handoff.Desk", "redthread/store.Handoff.CalledAt", "redthread/store.Handoff.AskedAt", "redthread/store.Handoff.RemindedAt", "redthread/store.Handoff.AnsweredAt",
	"redthread/store.KeptMedia.ID", "redthread/store.KeptMedia.Kind", "redthread/store.KeptMedia.Type", "redthread/bot.Document.ID", "redthread/bot.Document.Kind", "redthread/store.Verification.Client", "redthread/store.Complaint.Client", "redthread/store.Question.Client", "redthread/store.Handoff.Client",
	"redthread/store.Question.Lang", "redthread/store.Consent.Lang", "redthread/store.AnswerGiven.Lang", "redthread/store.KeptCopy.Steps", "redthread/store.Note.At",
}

// A restart in the middle: nobody makes the copy until the next process comes, and
// then it comes once.
func TestCopyIsMadeOnceOverARestart(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	anna := s.person("anna")
	s.act(anna, "(follow)")
	s.record(anna, func(tx *store.Tx) error { return tx.SaveCriteria(store.Criteria{MustWords: "孝顺"}) })
	s.away = true
	s.act(anna, "我的副本")
	s.act(anna, "1")
	s.said("anna")
	s.act(anna, "我的副本")
	if heard := s.said("anna"); !strings.Contains(heard, "正在做") {
		t.Errorf("asked twice: %s", heard)
	}
	// One process takes it and dies; another finds it when the lease is over.
	if _, err := s.store.NextCopy(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	s.away = false
	s.settle()
	if heard := s.said("anna"); heard != "" {
		t.Errorf("heard while another makes it: %s", heard)
	}
	s.wait(2 * time.Minute)
	if heard := s.said("anna"); strings.Count(heard, "副本做好了") != 1 || !strings.Contains(heard, "1234-5678-ABCD-EFGH") {
		t.Errorf("after the restart: %s", heard)
	}
	if made, err := copyMaker(t, s.store).Drain(t.Context()); made != 0 || err != nil {
		t.Errorf("%d made again, %v", made, err)
	}
}

// The file goes when its time is over, or with its client; the password stands
// nowhere once it has been told.
func TestCopyIsErased(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"time", "client"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			anna := s.person("anna")
			s.act(anna, "(follow)")
			s.record(anna, func(tx *store.Tx) error { return tx.SaveCriteria(store.Criteria{MustWords: "孝顺父母"}) })
			s.act(anna, "我的副本")
			s.act(anna, "1")
			d := s.newestCopy(anna)
			storetest.InClear(t, s.home, s.store, s.password, "孝顺父母")
			if how == "time" {
				s.wait(25 * time.Hour)
			} else if _, err := s.store.EraseClient(t.Context(), 1, "test"); err != nil {
				t.Fatal(err)
			}
			if _, err := s.store.SweepMedia(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.store.OpenMedia(t.Context(), d.Media); err == nil {
				t.Error("the file is still there")
			}
			dump := storetest.DumpOf(t, s.home, s.store)
			if found := dump.Column("media.id"); len(found) > 0 {
				t.Error("known of media", found)
			}
			if left := dump.Column("data_copies.id"); how == "client" && len(left) > 0 {
				t.Error("known of copies", left)
			}
			if pw := strings.Join(dump.Column("data_copies.password"), ""); pw != "" {
				t.Error("a password is kept", len(pw))
			}
		})
	}
}

// What is wished for while the client is erased is not made, and leaves no file.
func TestCopyOfSomebodyErasedMeanwhile(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	anna := s.person("anna")
	s.act(anna, "(follow)")
	s.record(anna, func(tx *store.Tx) error { return tx.SaveCriteria(store.Criteria{MustWords: "孝顺"}) })
	s.away = true
	s.act(anna, "我的副本")
	s.act(anna, "1")
	o, err := s.store.NextCopy(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.EraseClient(t.Context(), 1, "test"); err != nil {
		t.Fatal(err)
	}
	if kept, err := s.store.KeepCopy(t.Context(), o, []byte("all of it"), 0); kept || err != nil {
		t.Error(kept, err)
	}
	if _, err := s.store.SweepMedia(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	if found := storetest.DumpOf(t, s.home, s.store).Find("data-copy"); len(found) > 0 {
		t.Error(found)
	}
	if files := fmt.Sprint(storetest.DumpOf(t, s.home, s.store).Column("media.id")); files != "[]" {
		t.Error(files)
	}
}

// A copy that cannot be made is given up with a word to the client and to
// colleagues; the client may ask again.
func TestCopyThatCannotBeMade(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	anna, chen := s.person("anna"), s.person("chen")
	s.hire(chen)
	s.act(anna, "(follow)")
	s.record(anna, func(tx *store.Tx) error { return tx.SaveCriteria(store.Criteria{MustWords: "孝顺"}) })
	s.maker.Compose = func(string, store.Kept, time.Time) (copies.Document, error) {
		return copies.Document{}, fmt.Errorf("no words")
	}
	s.act(anna, "我的副本")
	s.act(anna, "1")
	for range 20 {
		s.wait(15 * time.Minute)
	}
	heard := s.said("anna")
	if strings.Count(heard, "没有做成") != 2 || !strings.Contains(heard, "chen< ⚠️ 客户 K-000001") {
		t.Errorf("heard %s", heard)
	}
	s.maker = copyMaker(t, s.store)
	s.act(anna, "我的副本")
	s.act(anna, "1")
	if heard := s.said("anna"); !strings.Contains(heard, "副本做好了") {
		t.Errorf("asked again: %s", heard)
	}
}

// Without a way to hand it over nothing is made, and the client is told whom to
// ask.
func TestCopyWithoutAWay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	settings := stageSettings(t)
	settings.CopyLink = nil
	s.engine = engineOf(t, s.store, settings, flows.New(settings), nil)
	anna := s.person("anna")
	s.act(anna, "(follow)")
	s.record(anna, func(tx *store.Tx) error { return tx.SaveCriteria(store.Criteria{MustWords: "孝顺"}) })
	s.said("anna")
	s.act(anna, "我的副本")
	if heard := s.said("anna"); !strings.Contains(heard, "请回复“人工”") {
		t.Errorf("heard %s", heard)
	}
}

// A link leads to the file so often and so long, and any other token nowhere.
func TestCopyLink(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	anna := s.person("anna")
	s.act(anna, "(follow)")
	s.record(anna, func(tx *store.Tx) error { return tx.SaveCriteria(store.Criteria{MustWords: "孝顺"}) })
	var token string
	settings := stageSettings(t)
	settings.CopyLink = func(made string) string { token = made; return "https://red.example/copy/…" }
	s.engine = engineOf(t, s.store, settings, flows.New(settings), nil)
	s.act(anna, "我的副本")
	s.act(anna, "1")
	if len(token) != 43 {
		t.Fatalf("the token has %d letters", len(token))
	}
	storetest.InClear(t, s.home, s.store, token)
	for i := range 2 {
		if l, err := s.store.CopyAt(t.Context(), token, 2); err != nil || l.Left != 2-i {
			t.Error(l, err)
		}
		number, file, err := s.store.FetchCopy(t.Context(), token, 2)
		if err != nil || number != "D-000001" {
			t.Fatal(number, err)
		}
		if _, err := copiestest.Open(file, s.password); err != nil {
			t.Error(err)
		}
	}
	for _, wrong := range []string{token, "", token[:42] + "A", strings.Repeat("x", 5000)} {
		if _, _, err := s.store.FetchCopy(t.Context(), wrong, 2); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%.50q: %v", wrong, err)
		}
	}
	if got := storetest.DumpOf(t, s.home, s.store).Column("data_copy_steps.kind"); fmt.Sprint(got) != "[wanted made given fetched fetched]" {
		t.Error(got)
	}
	if _, err := s.store.CopyAt(t.Context(), token, 9); err != nil {
		t.Error(err)
	}
	s.clock.Advance(24 * time.Hour)
	if _, err := s.store.CopyAt(t.Context(), token, 9); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}

// On Telegram, in English: the file comes into the chat.
func TestCopyInEnglish(t *testing.T) {
	t.Parallel()
	f := newFiller(t, "carl", "type")
	li := f.person("li")
	f.hire(li)
	f.live(li)
	files := f.copyOf(f.who)
	page := html.UnescapeString(string(files["index.html"]))
	for _, v := range []string{
		"Red Thread · Copy of your data · K-000001", `lang="en"`, "Woman", "170 cm", "20 May 1993", "Doctor", "dental nurse", "Must: 31–37 years", "Ideally: at least ", "What is not in this copy", "小李 (Customer service)", awful, "Telegram",
	} {
		if !strings.Contains(page, v) {
			t.Errorf("%q is not on the page", v)
		}
	}
	for _, han := range []string{"姓名", "章", "同意", "微信"} {
		if strings.Contains(page, "<dt>"+han) || strings.Contains(page, "<h2>"+han) {
			t.Errorf("a heading is Chinese: %s", han)
		}
	}
}
