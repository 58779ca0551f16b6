package flows

import (
	"errors"
	"regexp"
	"strconv"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What a client has paid for: how many introductions, and until when. A supervisor
// sets it, “套餐 12 6 2026-12-31”; matchmakers look at it, “套餐 12”; the client
// reads it under “我的服务”. Both are told before its term ends. It is played in
// testdata/package.*.chat.

// packageView is a client's package.
type packageView struct {
	Client                string
	Total, Used, UnderWay int
	Last                  time.Time // its last day
	Over, Ends            bool      // its term has ended; it ends before long
	Owner                 string    // their matchmaker; empty: none
}

// Left is how many are left, besides those that are under way.
func (v packageView) Left() int { return max(0, v.Total-v.Used-v.UnderWay) }

// packageWish is what a colleague writes: whose package, and what it is to be.
type packageWish struct {
	Client string
	Count  int
	Until  string // the last day, "2026-12-31"; empty: it is only looked at
	Anew   bool
}

var packageForm = regexp.MustCompile(`^(新)?(?:/package|package|套餐) ?:? ?(new )?(?:client|客户|客戶)? ?(?:k ?-? ?)?([0-9]{1,9})(?: ([0-9]{1,3})(?:次)? ?(?:until|到|至)? ?([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}))?$`)

func readPackage(text string) (w packageWish, ok bool) {
	m := packageForm.FindStringSubmatch(templates.Fold(text))
	if m == nil {
		return w, false
	}
	n, _ := strconv.ParseInt(m[3], 10, 64) // nine digits
	w = packageWish{Client: codeOfPerson(n), Until: m[5], Anew: m[1]+m[2] != ""}
	w.Count, _ = strconv.Atoi(m[4])
	return w, true
}

// packages shows a client's package to a colleague, or sets it.
func packages(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:    "package",
		Title:   titlePackage,
		Reads:   func(text string) bool { _, ok := readPackage(text); return ok },
		Staff:   who(SeePackages),
		Always:  true,
		Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			w, ok := readPackage(t.Event.Text)
			if !ok {
				return dialog.End, nil
			}
			return dialog.End, s.playPackage(t, w)
		},
	}
}

var (
	titlePackage   = templates.New[none]("title.package")
	titleMyService = templates.New[none]("title.my_service")
	openMyService  = templates.NewWords("open.my_service")

	sayPackage     = templates.New[packageView]("package.shown")
	saySetPackage  = templates.New[packageView]("package.set")
	sayNoPackage   = templates.New[string]("package.none") // the client's code
	sayOddLastDay  = templates.New[none]("package.odd_day")
	sayPackageFull = templates.New[packageView]("package.too_small")

	sayMyPackage = templates.New[packageView]("package.mine")
	sayNoService = templates.New[none]("package.mine_none")
	sayTermEnds  = templates.New[packageView]("package.ends")
	sayTermOver  = templates.New[packageView]("package.over")
	sayTheirTerm = templates.New[packageView]("package.theirs") // to their matchmaker
)

func (s Settings) playPackage(t *dialog.Turn, w packageWish) error {
	c, ok, err := known(t, w.Client)
	if !ok {
		return err
	}
	if w.Until == "" {
		v, ok, err := s.packageOf(t, w.Client)
		if err == nil && ok {
			t.Say(sayPackage.With(v))
		} else if err == nil {
			t.Say(sayNoPackage.With(w.Client))
		}
		return err
	}
	if !iMay(t, SetPackage) {
		t.Refuse("set a package")
		return nil
	}
	until, ok := lastDay(w.Until, s.Calendar.Zone())
	if !ok || !until.After(t.Now()) {
		t.Say(sayOddLastDay.With(none{}))
		return nil
	}
	me, _ := t.Staff()
	_, err = t.Records.SetPackage(c.ID, store.NewPackage{Total: w.Count, Until: until, Anew: w.Anew, By: me})
	if errors.Is(err, store.ErrFull) {
		v, _, err := s.packageOf(t, w.Client)
		t.Say(sayPackageFull.With(v))
		return err
	}
	if err != nil {
		return err
	}
	v, _, err := s.packageOf(t, w.Client)
	if err != nil {
		return err
	}
	t.Say(saySetPackage.With(v))
	t.Records.LaterFor(c.Conversation, store.NewsPackage, store.PackageSet, t.Now())
	return nil
}

// lastDay is the moment after the day that was written.
func lastDay(day string, zone *time.Location) (time.Time, bool) {
	d, err := time.ParseInLocation("2006-1-2", day, zone)
	return d.AddDate(0, 0, 1), err == nil
}

// packageOf is a client's package; false: they have none.
func (s Settings) packageOf(t *dialog.Turn, code string) (v packageView, ok bool, err error) {
	c, err := t.Records.ClientByCode(code)
	if err != nil {
		return v, false, err
	}
	p, err := t.Records.PackageOf(c.ID)
	if errors.Is(err, store.ErrNotFound) {
		return v, false, nil
	}
	if err != nil {
		return v, false, err
	}
	owner, err := t.Records.Owner(c)
	v = packageView{
		Client: code, Total: p.Total, Used: p.Used, UnderWay: p.UnderWay, Last: p.Until.Add(-time.Second), Over: p.Over(t.Now()), Owner: owner.Name,
		Ends: !p.Over(t.Now()) && p.Until.Sub(t.Now()) <= s.Recommend.TermRemind,
	}
	return v, true, ignoreNotFound(err)
}

// myService tells a client what they have paid for, and what is left of it.
func myService(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:    "my_service",
		Title:   titleMyService,
		Opens:   openMyService,
		Always:  true,
		Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			me, err := t.Records.Self(t.Lang())
			if err != nil {
				return dialog.End, err
			}
			v, ok, err := s.packageOf(t, me.Code())
			if err == nil && ok {
				t.Say(sayMyPackage.With(v))
			} else if err == nil {
				t.Say(sayNoService.With(none{}))
			}
			return dialog.End, err
		},
	}
}

// packageNews tells a client of their package when it was set, before its term ends
// and when it has; and their matchmaker of its term.
func packageNews(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsPackage, Play: func(t *dialog.Turn, about string) error {
		me, err := t.Records.Self("")
		if err != nil {
			return err
		}
		v, ok, err := s.packageOf(t, me.Code())
		if err != nil || !ok {
			return err
		}
		until := v.Last.Add(time.Second)
		switch {
		case about == store.PackageSet:
			t.Cancel(store.NewsPackage, store.PackageEnds)
			if ends := s.openFrom(until.Add(-s.Recommend.TermRemind)); ends.After(t.Now()) {
				t.Later(store.NewsPackage, store.PackageEnds, ends)
			}
			t.Later(store.NewsPackage, store.PackageOver, s.openFrom(until))
			t.Say(sayMyPackage.With(v))
			return nil
		case v.Over && about == store.PackageOver:
			t.Say(sayTermOver.With(v))
		case v.Ends && about == store.PackageEnds:
			t.Say(sayTermEnds.With(v))
		default:
			return nil // it has been changed meanwhile, and has timers of its own
		}
		return tellOwner(t, me, sayTheirTerm.With(v))
	}}
}

// openFrom is the first moment from then on at which colleagues are at work: nobody
// is told of such things at night.
func (s Settings) openFrom(at time.Time) time.Time {
	if s.Calendar.Open(at) {
		return at
	}
	return s.Calendar.NextOpen(at)
}

// tellOwner tells a client's matchmaker something, if they have one.
func tellOwner(t *dialog.Turn, c store.Client, l templates.Line) error {
	owner, err := t.Records.Owner(c)
	if err != nil {
		return ignoreNotFound(err)
	}
	t.Wake(owner, l)
	return nil
}
