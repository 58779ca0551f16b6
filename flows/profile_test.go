package flows_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/flows"
	"redthread/store"
	"redthread/store/storetest"
)

// Somebody registers: by tapping what can be tapped, by typing, by numbers, or a
// bit of each. What they tell us is the same, and so must be what we know.

// filler answers questions as they come.
type filler struct {
	*stage
	who   *person
	how   string         // "tap", "type", "number", "mixed"
	lang  string         // of the words
	taps  map[string]int // how often a question was tapped
	sent  int            // messages of theirs, taps too
	after func(n int)    // what happens after so many
	dice  *rand.Rand     // of "mixed": how the next question is answered
	phone string         // theirs; empty: as typed says
}

// typed is what they type, by question.
var typed = map[string]map[string]string{
	"zh-CN": {
		"gender": "女", "birth": "1993年5月20日", "birth_sure": "对", "marital": "离婚", "name": "诸葛思远", "height": "一米六八", "weight": "110斤",
		"education": "硕士", "school": "武汉理工大学", "occupation": "口腔科护士", "employer": "江汉路牙科", "income": "月薪1万5", "home": "湖北武汉", "registered": "湖北宜昌",
		"history": "二〇一九年和平分手", "children": "没有", "housing": "按揭", "car": "没车", "smoking": "不吸", "drinking": "偶尔喝", "religion": "信佛", "ethnicity": "土家族",
		"hobbies": "看书、打羽毛球", "intro": "在医院上班，性格慢热，喜欢晴天去东湖边骑车。", "phone": "138 7654 3210",
	},
	"en": {
		"gender": "woman", "birth": "20 May 1993", "birth_sure": "yes", "marital": "divorced", "name": "Siyuan Zhuge", "height": "168 cm", "weight": "121 lb",
		"education": "masters", "school": "Wuhan University of Technology", "occupation": "dental nurse", "employer": "Jianghan Dental", "income": "15k a month", "home": "Wuhan", "registered": "Yichang, Hubei",
		"history": "we parted in peace in 2019", "children": "none", "housing": "mortgage", "car": "no car", "smoking": "never", "drinking": "sometimes", "religion": "buddhist", "ethnicity": "Tujia",
		"hobbies": "books, badminton", "intro": "I work in a clinic, warm up slowly, and love to cycle by the lake.", "phone": "+86 138 7654 3210",
	},
}

// tapped are labels they choose where they see them; otherwise the first that
// skips nothing. A question asked again is answered with the next.
var tapped = map[string][]string{
	"gender": {"女士", "Woman"}, "marital": {"离异", "Divorced"}, "education": {"硕士", "Master"}, "housing": {"有房，在还贷款", "My own home, with a mortgage"}, "children": {"没有", "No"},
	"birth": {"1990–1999", "1993", "5月", "May", "20"}, "height": {"165–169", "168"}, "weight": {"跳过", "Skip"}, "income": {"10万–20万", "100,000–200,000"},
	"home": {"其他城市", "Another city", "中南", "Central & South", "湖北", "Hubei", "武汉", "Wuhan"}, "registered": {"其他城市", "Another city", "中南", "Central & South", "湖北", "Hubei", "宜昌", "Yichang"},
	"school": {"跳过", "Skip"}, "employer": {"跳过", "Skip"}, "history": {"跳过", "Skip"}, "car": {"没有", "No car"}, "drinking": {"偶尔", "Now and then"}, "religion": {"佛教", "Buddhism"},
	"hobbies": {"读书", "Reading", "旅行", "Travel", "选好了", "That is all"}, "intro": {"帮我写一段", "Draft it for me", "就用这段", "Take this one"},
}

// next answers the open question, whatever it is; it is false when none is open.
func (f *filler) next() bool {
	f.t.Helper()
	ses, err := f.store.SessionOf(f.t.Context(), f.who.at)
	if err != nil {
		f.t.Fatal(err)
	}
	flow, step := ses.Open.Flow, ses.Open.Step
	if flow == "" || step == "check" {
		return false
	}
	f.answer(flow, step)
	return true
}

func (f *filler) answer(flow, step string) {
	how := f.how
	if how == "mixed" {
		how = []string{"tap", "type", "number"}[f.dice.IntN(3)]
	}
	words, tap := typed[f.lang][step], how != "type"
	labels := f.labels()
	if step == "phone" && f.phone != "" {
		words, tap = f.phone, false
	}
	switch {
	case step == "photos" && !slices.ContainsFunc(labels, func(l string) bool { return l == "发完了" || l == "That is all" }):
		f.do("(photo)")
	case step == "photos":
		f.choose(how, []string{"发完了", "That is all"}, labels)
	case flow != "profile":
		f.choose(how, nil, labels) // consents and statements: yes
	case step == "phone" && tap && f.who.at.Channel == "telegram":
		f.do("(contact own 8613876543210)")
	case !tap || len(labels) == 0 || step == "phone" || step == "name":
		f.do(words)
	default:
		f.choose(how, tapped[step], labels)
	}
}

// labels are the buttons of the newest question on their screen.
func (f *filler) labels() (all []string) {
	for i := len(f.who.shown) - 1; i >= 0; i-- {
		if m := f.who.shown[i].m; m.Edits == "" {
			for _, b := range m.Buttons {
				all = append(all, b.Label)
			}
			return all
		}
	}
	return nil
}

// press taps as they always do.
func (f *filler) press(wanted, labels []string) { f.choose(f.how, wanted, labels) }

// choose taps the first of the wanted labels that is there, or the first of all;
// who counts types its number.
func (f *filler) choose(how string, wanted, labels []string) {
	label := labels[0]
	for _, w := range wanted {
		if slices.Contains(labels, w) && f.taps[w+fmt.Sprint(f.step())] == 0 {
			label = w
			break
		}
	}
	f.taps[label+fmt.Sprint(f.step())]++
	if how == "number" {
		f.do(fmt.Sprint(slices.Index(labels, label) + 1))
		return
	}
	f.do("[" + label + "]")
}

func (f *filler) step() string {
	ses, err := f.store.SessionOf(f.t.Context(), f.who.at)
	if err != nil {
		f.t.Fatal(err)
	}
	return ses.Open.Step
}

func (f *filler) do(line string) {
	f.t.Helper()
	f.act(f.who, line)
	f.sent++
	if f.after != nil {
		f.after(f.sent)
	}
}

func newFiller(t testing.TB, who, how string) *filler {
	s := newStage(t)
	f := &filler{stage: s, who: s.person(who), how: how, lang: "zh-CN", taps: map[string]int{}, dice: rand.New(rand.NewPCG(1, 1))}
	if f.who.lang != "" {
		f.lang = f.who.lang
	}
	return f
}

// fill registers up to the summary.
func (f *filler) fill() {
	f.t.Helper()
	f.do(map[string]string{"zh-CN": "登记资料", "en": "register"}[f.lang])
	const most = 120
	for f.next() {
		if f.sent > most {
			f.t.Fatalf("still not done after %d messages: %s", most, f.said(f.who.name))
		}
	}
}

// correct changes five answers, as the summary offers it, and submits.
func (f *filler) correct() {
	f.t.Helper()
	corrections := map[string][]string{
		"zh-CN": {"身高", "170", "改一下学历", "博士", "抽烟", "偶尔", "爱好", "做饭、下棋", "自我介绍", "慢热的人，喜欢晴天，想和一个人好好吃饭、好好说话。", "提交", "我确认", "提交", "同意"},
		"en":    {"height", "170", "change education", "phd", "smoking", "sometimes", "hobbies", "cooking, chess", "about you", "Slow to warm up, fond of sunshine, hoping for good talks at dinner.", "submit", "I confirm", "submit", "I agree"},
	}
	for _, line := range corrections[f.lang] {
		f.do(line)
	}
}

func (f *filler) profile() (p store.Profile, number string, photos int) {
	f.t.Helper()
	_, err := f.store.Turn(f.t.Context(), f.event(f.who), func(tx *store.Tx, _ *bot.Session) error {
		me, err := tx.Self("")
		if err != nil {
			return err
		}
		if p, err = tx.Profile(me.ID); err != nil {
			return err
		}
		if number, _, err = tx.Phone(me.ID); err != nil {
			return err
		}
		all, err := tx.Photos(me.ID)
		photos = len(all)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return p, number, photos
}

// TestRegistrationEveryWay registers on both platforms in every way, over a
// restart in the middle and a pause of five days, with five corrections; and then
// looks through the whole house for what was told.
func TestRegistrationEveryWay(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"anna", "carl"} {
		for _, how := range []string{"tap", "type", "number", "mixed"} {
			t.Run(who+" "+how, func(t *testing.T) {
				t.Parallel()
				f := newFiller(t, who, how)
				f.after = func(n int) {
					if n == 17 { // the process goes, and another one comes
						f.store = storetest.Open(t, f.home)
						f.engine = newEngine(t, f.store)
						f.sender.Store = f.store
					}
				}
				f.fill()
				filled := f.sent
				f.correct()
				f.known(t)
				f.nowhereInClear(t)
				t.Logf("%s %s: %d messages to the summary, %d with five corrections and all consents", who, how, filled, f.sent)
			})
		}
	}
}

// known holds what we know against what was told.
func (f *filler) known(t *testing.T) {
	t.Helper()
	p, number, photos := f.profile()
	if p.State != store.ProfileComplete || number != "+8613876543210" || photos != 1 {
		t.Errorf("state %s, phone %s, %d photos", p.State, number, photos)
	}
	if p.Gender != "female" || p.Born != "1993-05-20" || p.Marital != "divorced" || p.Height != 170 || p.Education != "doctor" || p.Smoking != "some" || p.Drinking != "some" ||
		p.Home.Code != 420100 || p.Registered.Code != 420500 || p.Income != "to20" || p.Children != "none" || p.Housing != "loan" || p.Car != "none" || p.Religion != "buddhism" {
		t.Errorf("%+v", p)
	}
	if f.how == "type" && (p.Weight != 55 || p.School != typed[f.lang]["school"] || p.Employer != typed[f.lang]["employer"] || p.Occupation != typed[f.lang]["occupation"] || p.History != typed[f.lang]["history"]) {
		t.Errorf("%+v", p)
	}
	if want := map[string]string{"zh-CN": "下棋", "en": "chess"}[f.lang]; !slices.Equal(p.Hobbies, []string{"cooking", want}) {
		t.Errorf("hobbies %v", p.Hobbies)
	}
}

// nowhereInClear searches the databases, Redis and the files.
func (f *filler) nowhereInClear(t *testing.T) {
	t.Helper()
	p, number, _ := f.profile()
	values := []string{p.Born, p.Surname + p.Given, p.Given, number, strings.TrimPrefix(number, "+86"), "1993年5月20日", "20 May 1993", "好好吃饭", "good talks at dinner"}
	for _, v := range typed[f.lang] {
		if len(v) >= 9 && (v[0] > 'z' || strings.Contains(v, " ")) { // no word that any text could have
			values = append(values, v)
		}
	}
	if found := storetest.DumpOf(t, f.home, f.store).Find(slices.DeleteFunc(values, func(v string) bool { return v == "" })...); len(found) > 0 {
		t.Errorf("stand in clear: %v", found)
	}
}

// TestRegistrationOverARelease goes on when a release has renamed the open
// question: what is typed then is its answer.
func TestRegistrationOverARelease(t *testing.T) {
	t.Parallel()
	f := newFiller(t, "anna", "type")
	for f.do("登记资料"); f.step() != "height"; {
		f.next()
	}
	f.wait(5 * time.Hour)
	f.engine = newEngineWith(t, f.store, flows.RenamedProfile)
	f.do("172")
	if got := f.step(); got != "weight" {
		t.Errorf("stands at %q: %s", got, f.said("anna"))
	}
	if p, err := f.heightNow(); err != nil || p != 172 {
		t.Errorf("height %d, %v", p, err)
	}
	f.do("返回")
	if got := f.step(); got != "stature" {
		t.Errorf("back leads to %q", got)
	}
}

// TestRegistrationOverALostQuestion goes on where a release has done away with the
// open question: what is typed then answers nothing, and nothing is lost.
func TestRegistrationOverALostQuestion(t *testing.T) {
	t.Parallel()
	f := newFiller(t, "anna", "type")
	f.engine = newEngineWith(t, f.store, flows.StoppingProfile)
	for f.do("登记资料"); f.step() != "stop_work"; {
		f.next()
	}
	f.engine = newEngine(t, f.store)
	f.said("anna")
	f.do("接着填")
	if said := f.said("anna"); f.step() != "home" || !strings.Contains(said, "住在哪个城市") || strings.Contains(said, "没看懂") {
		t.Errorf("stands at %q: %s", f.step(), said)
	}
	f.taps = map[string]int{}
	for f.next() {
	}
	f.correct()
	f.known(t)
}

func (f *filler) heightNow() (cm int, err error) {
	_, err = f.store.Turn(f.t.Context(), f.event(f.who), func(tx *store.Tx, _ *bot.Session) error {
		p, err := tx.MyProfile()
		cm = p.Height
		return err
	})
	return cm, err
}

// newEngineWith is an engine of another release.
func newEngineWith(t testing.TB, st *store.Store, change func(flows.Settings, []dialog.Definition) []dialog.Definition) *dialog.Engine {
	t.Helper()
	settings := stageSettings(t)
	house := flows.New(settings)
	house.Flows = change(settings, house.Flows)
	return engineOf(t, st, settings, house, nil)
}

// TestSensitiveIsErasedAtOnce: withdrawing that consent erases what was told
// under it, and it is asked no more.
func TestSensitiveIsErasedAtOnce(t *testing.T) {
	t.Parallel()
	f := newFiller(t, "anna", "type")
	f.fill()
	for _, line := range []string{"撤回同意", "2", "撤回"} {
		f.do(line)
	}
	p, _, _ := f.profile()
	if p.Income+p.History+p.Children+p.Housing+p.Car+p.Religion+p.Ethnicity != "" || p.School == "" {
		t.Errorf("%+v", p)
	}
	f.said("anna")
	f.do("修改资料")
	if said := f.said("anna"); strings.Contains(said, "收入") || strings.Contains(said, "土家族") {
		t.Error(said)
	}
}

// TestTurnedAwayLeavesNothing: of who cannot be registered nothing is left, not
// even what they showed meanwhile.
func TestTurnedAwayLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFiller(t, "anna", "type")
	for _, line := range []string{"登记", "同意", "男", "(photo)", "我很想快点找到合适的人结婚", "2007年11月23日", "对"} {
		f.do(line)
	}
	if _, err := f.heightNow(); err == nil {
		t.Error("there is a profile")
	}
	if found := storetest.DumpOf(t, f.home, f.store).Find("2007-11-23", "合适的人结婚"); len(found) > 0 {
		t.Errorf("stand in clear: %v", found)
	}
	ses, err := f.store.SessionOf(t.Context(), f.who.at)
	if err != nil || ses.Open.Flow != "" || len(ses.Stack) > 0 {
		t.Errorf("open: %+v, %v", ses, err)
	}
	if n, err := f.store.SweepMedia(t.Context(), 10); err != nil || n != 1 {
		t.Errorf("%d pictures erased, %v", n, err)
	}
}

func TestPersonName(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string][2]string{
		"王小明": {"王", "小明"}, "欧阳静怡": {"欧阳", "静怡"}, "歐陽靜怡": {"歐陽", "靜怡"}, "李白": {"李", "白"}, "司马 相如": {"司马", "相如"}, "我叫王小明。": {"王", "小明"}, "万俟": {"万", "俟"},
		"阿依古丽·买买提": {"", "阿依古丽·买买提"}, "Anna Li": {"Li", "Anna"}, "Li, Anna": {"Li", "Anna"}, "Jean-Luc O’Neill": {"O’Neill", "Jean-Luc"}, "My name is Anna Maria Li": {"Li", "Anna Maria"},
		"": {}, "王": {}, "123": {}, "王小明13800138000": {}, "Anna": {}, "哈哈哈哈哈哈哈哈": {}, "<b>王</b>": {}, "小明👍": {},
	} {
		surname, given, ok := flows.PersonName(typed)
		if got := [2]string{surname, given}; got != want || ok != (want != [2]string{}) {
			t.Errorf("%q is %q, %v; want %q", typed, got, ok, want)
		}
	}
}

func FuzzPersonName(f *testing.F) {
	f.Add("欧阳静怡")
	f.Add("Li, Anna")
	f.Fuzz(func(t *testing.T, typed string) {
		surname, given, ok := flows.PersonName(typed)
		if ok && (surname+given == "" || len([]rune(surname+given)) > 40 || strings.ContainsAny(surname+given, "<>0123456789\n")) {
			t.Errorf("%q is %q %q", typed, surname, given)
		}
	})
}
