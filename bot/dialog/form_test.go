package dialog_test

import (
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/templates"
)

// The form asks for a colour, what one likes, and a number. Seen is filled in
// before each question and never saved.
type form struct {
	Colour, Phone string
	Likes         []string
	Notes         int
	Known         bool
	Seen          string `json:"-"`
}

func formFlow(rename bool) dialog.Flow[form] {
	f := dialog.Flow[form]{
		Name: "form", Title: titleForm, Opens: openForm, Idle: time.Hour, Keeps: true,
		Ready: func(_ *dialog.Turn, d *form, at dialog.StepName) error {
			d.Seen = "（" + string(at) + "）"
			return nil
		},
		Stray: func(t *dialog.Turn, d *form) (bool, error) {
			if t.Event.Kind == bot.Wrote && len([]rune(t.Event.Text)) < 6 {
				return false, nil
			}
			d.Notes++
			t.Note(sayHeard.With("记下了"))
			return true, nil
		},
		Steps: []dialog.Step[form]{
			{
				Name: "colour", Ask: askColour, Want: dialog.Button, Optional: true,
				Pass: func(d form) bool { return d.Colour != "" },
				Hear: func(t *dialog.Turn, d *form) (dialog.Move, error) { d.Colour = t.Choice(); return dialog.Next, nil },
				Skip: func(_ *dialog.Turn, d *form) error { d.Colour = "none"; return nil },
			},
			{
				Name: "like", Ask: askLike, Want: dialog.Several,
				Pass: func(d form) bool { return len(d.Likes) > 0 },
				Hear: func(t *dialog.Turn, d *form) (dialog.Move, error) {
					ids, others := t.Choices()
					d.Likes = append(ids, others...)
					return dialog.Next, nil
				},
			},
			{
				Name: "phone", Ask: askPhone, Want: dialog.Button.Or(dialog.Contact).Or(dialog.Text(3, 20)), Optional: true,
				Pass: func(d form) bool { return d.Phone != "" },
				Hear: func(t *dialog.Turn, d *form) (dialog.Move, error) {
					d.Phone = t.Text()
					if n, own := t.Contact(); n != "" {
						d.Phone = map[bool]string{true: "own ", false: "other "}[own] + n
					}
					return dialog.Next, nil
				},
			},
			{Name: "check", Ask: askFormCheck, Want: dialog.Button, Hear: func(t *dialog.Turn, _ *form) (dialog.Move, error) {
				if t.Choice() == "send" {
					return dialog.End, nil
				}
				return dialog.Visit("like"), nil
			}, To: []dialog.StepName{"like"}},
		},
	}
	if rename {
		f.Steps[1].Name, f.Steps[1].Was = "fond", []dialog.StepName{"like"}
		f.Steps[3].To = []dialog.StepName{"fond"}
	}
	return f
}

var (
	titleForm    = templates.New[none]("title.form")
	openForm     = templates.NewWords("open.form")
	askColour    = templates.New[form]("form.colour")
	askLike      = templates.New[form]("form.like")
	askPhone     = templates.New[form]("form.phone")
	askFormCheck = templates.New[form]("form.check")
)

func newForm(t *testing.T) *stage {
	s := newStage(t)
	s.fill(t, formFlow(false))
	return s
}

func (s *stage) fill(t *testing.T, f dialog.Definition) {
	c := config(s.store)
	c.Flows = append(c.Flows, f)
	s.engine = s.with(t, c)
}

const (
	colourAsked = "（colour） 颜色？ [红] [蓝] [跳过]"
	likeAsked   = "（like） 喜欢什么？ [茶] [读书] [散步]"
	phoneAsked  = "（phone） 电话？ [分享号码] [跳过]"
)

// What Ready fills in is said and never saved; other words for a button are
// understood; several may be chosen, with words of one's own among them.
func TestForm(t *testing.T) {
	t.Parallel()
	s := newForm(t)
	same(t, s.line(t, bo, "登记"), colourAsked)
	same(t, s.line(t, bo, "大红"), likeAsked)
	same(t, s.line(t, bo, "1，看书，还有钓鱼"), phoneAsked)
	lacks(t, string(s.session(t, bo).Open.Data), "（")
	same(t, s.line(t, bo, "138"), "（check） 颜色“red”，喜欢“tea”“books”“钓鱼”，电话“138”。 [改喜欢] [提交]")
	same(t, s.line(t, bo, "改喜欢"), likeAsked)
	wants(t, s.line(t, bo, "散步 reading"), "喜欢“walks”“books”，")
	same(t, s.line(t, bo, "返回"), phoneAsked)
	wants(t, s.lines(t, bo, "跳过", "[改喜欢]", "[茶]"), "喜欢“tea”，")
	wants(t, s.lines(t, bo, "改喜欢", "long walks, crimson"), "喜欢“walks”“crimson”，")
}

// A question whose answer is known is passed over, and one that was skipped, by
// word or by button, has noted so.
func TestFormPasses(t *testing.T) {
	t.Parallel()
	s := newForm(t)
	for _, skip := range []string{"跳过", "[跳过]", "3"} {
		same(t, s.lines(t, bo, "登记", skip), likeAsked)
		wants(t, string(s.session(t, bo).Open.Data), `"Colour":"none"`)
		s.lines(t, bo, "茶", "[跳过]", "提交")
	}
	f := formFlow(false)
	f.Begin = func(_ *dialog.Turn, d *form) (dialog.Move, error) {
		d.Colour, d.Likes = "red", []string{"tea"}
		return dialog.Next, nil
	}
	s.fill(t, f)
	same(t, s.line(t, bo, "登记"), phoneAsked)
}

// What is no answer may be kept: an album is thanked for once.
func TestFormKeepsWhatStrays(t *testing.T) {
	t.Parallel()
	s := newForm(t)
	s.line(t, bo, "登记")
	same(t, s.line(t, bo, "我妈妈喜欢热闹的人"), "听到：记下了\n"+colourAsked)
	same(t, s.line(t, bo, "(voice)"), "听到：记下了\n"+colourAsked)
	wants(t, s.line(t, bo, "绿"), "请从下面选一项")
	ev := s.showed(bo)
	same(t, s.play(t, ev), "听到：记下了\n"+colourAsked)
	more := s.showed(bo)
	s.wait(-19 * time.Second) // of the same album
	same(t, s.play(t, more), "")
	wants(t, string(s.session(t, bo).Open.Data), `"Notes":4`)
}

// Giving a form up loses nothing, and says so; after a long pause there is no
// starting again either.
func TestFormIsKept(t *testing.T) {
	t.Parallel()
	s := newForm(t)
	s.lines(t, bo, "登记", "红")
	wants(t, s.line(t, bo, "取消"), "填好的都存着")
	s.lines(t, bo, "登记", "红")
	s.wait(3 * 24 * time.Hour)
	got := s.line(t, bo, "茶")
	wants(t, got, "[接着办]", "[不办了]")
	lacks(t, got, "重新开始")
	same(t, s.line(t, bo, "接着办"), likeAsked)
}

// A number is shared by the platform's own key, typed, or that of a friend. The
// keys are taken off the screen by the next words.
func TestFormTakesANumber(t *testing.T) {
	t.Parallel()
	s := newForm(t)
	share := func(note string) string {
		ev := s.event(anna, bot.Sent)
		ev.Media = []bot.Media{{Kind: bot.Contact, Note: note}}
		return s.play(t, ev)
	}
	s.lines(t, anna, "登记", "红", "茶")
	all := s.said[anna]
	if b := all[len(all)-1].Message.Buttons; len(b) != 2 || !b[0].Contact || b[1].Contact {
		t.Errorf("buttons %+v", b)
	}
	wants(t, share(bot.OwnContact+"+8613800138000"), "电话“own +8613800138000”")
	s.lines(t, anna, "返回")
	wants(t, share("other: own: +861 +862"), "电话“other +862”")
	s.lines(t, anna, "返回", "取消")
	all = s.said[anna]
	lacks(t, all[len(all)-1].Message.Text, "contact")
	wants(t, s.lines(t, bo, "登记", "红", "(voice)"), "记下了") // a voice note is no contact
}

// A release that calls a question by another name goes on as if nothing had
// happened: a typed answer is taken, and so is the old button.
func TestFormAfterARename(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"茶", "1", "[茶]"} {
		s := newForm(t)
		s.lines(t, anna, "登记", "红")
		ev := s.wrote(anna, answer)
		if strings.HasPrefix(answer, "[") {
			ev = s.pressed(t, anna, "茶")
		}
		s.fill(t, formFlow(true))
		wants(t, s.play(t, ev), phoneAsked)
		same(t, s.line(t, anna, "返回"), "（fond） 喜欢什么？ [茶] [读书] [散步]")
	}
}

// A release that has dropped the question goes on at the next one that is open,
// not at one that has been answered.
func TestFormAfterAQuestionIsGone(t *testing.T) {
	t.Parallel()
	s := newForm(t)
	s.lines(t, anna, "登记", "红")
	f := formFlow(false)
	f.Steps = append(f.Steps[:1:1], f.Steps[2:]...)
	f.Steps[2].To = []dialog.StepName{"colour"}
	s.fill(t, f)
	wants(t, s.line(t, anna, "茶"), "我们刚更新了系统", phoneAsked)
}
