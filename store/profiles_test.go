package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"redthread/store"
	"redthread/store/storetest"
)

// seeker is a profile with something in every field.
func seeker() store.Profile {
	return store.Profile{
		Gender: "female", Born: "1995-09-09", LunarBirthday: true, Marital: "divorced", Surname: "欧阳", Given: "静怡", Height: 165, Weight: 52,
		Education: "bachelor", School: "浙江工商大学", Occupation: "teacher", Employer: "文三街小学", Income: "to20",
		Home: store.Place{Code: 330106}, Registered: store.Place{Code: 320583, Words: "昆山"}, History: "二〇二一年协议离婚", Children: "with_me", Housing: "own", Car: "yes",
		Smoking: "no", Drinking: "some", Religion: "buddhism", Ethnicity: "畲族", Hobbies: []string{"reading", "滑翔伞"}, Intro: "喜欢安静的人，周末常去西溪散步。",
		Skipped: []string{"weight", "history"},
	}
}

// fillProfile puts something sealed into every table of a profile.
func fillProfile(tx *store.Tx) error {
	return errors.Join(tx.SaveProfile(seeker()), tx.SaveCriteria(store.Criteria{MustWords: "不抽烟"}), tx.KeepNote(store.Note{Lines: []string{"妈妈想先见一面"}}, 9))
}

var exactly = cmpopts.EquateEmpty()

func TestProfile(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	var got store.Profile
	read := func() (err error) {
		turn(t, s, anna, func(tx *store.Tx) error { got, err = tx.MyProfile(); return nil })
		return err
	}
	if err := read(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody has told us anything: %v", err)
	}
	begun := clock.Now()
	turn(t, s, anna, func(tx *store.Tx) error { return tx.SaveProfile(store.Profile{Gender: "female"}) })
	clock.Advance(time.Hour)
	turn(t, s, anna, func(tx *store.Tx) error { return tx.SaveProfile(seeker()) })
	want := seeker()
	want.State, want.BegunAt, want.UpdatedAt = store.ProfileDraft, begun.UTC(), clock.Now().UTC()
	if err := read(); err != nil || !cmp.Equal(got, want, exactly) {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
	for _, want := range []bool{true, false} {
		turn(t, s, anna, func(tx *store.Tx) error {
			if first, err := tx.FileProfile(); err != nil || first != want {
				t.Errorf("filed %v, %v; want %v", first, err, want)
			}
			return nil
		})
	}
	if err := read(); err != nil || got.State != store.ProfileComplete || !got.FiledAt.Equal(clock.Now()) {
		t.Errorf("%+v, %v", got, err)
	}
}

// Withdrawing the consent for what is sensitive erases just that.
func TestDropSensitive(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	turn(t, s, anna, fillProfile)
	turn(t, s, anna, func(tx *store.Tx) error {
		me, err := tx.Self("")
		if err != nil {
			return err
		}
		return tx.DropSensitive(me.ID)
	})
	want := seeker()
	want.History, want.Children, want.Income, want.Housing, want.Car, want.Religion, want.Ethnicity = "", "", "", "", "", "", ""
	want.Skipped = []string{"weight"}
	turn(t, s, anna, func(tx *store.Tx) error {
		got, err := tx.MyProfile()
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(store.Profile{}, "State", "BegunAt", "UpdatedAt", "FiledAt")); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
		return nil
	})
}

// A profile is gone with all that was kept beside it.
func TestDropProfile(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	turn(t, s, anna, fillProfile)
	turn(t, s, anna, func(tx *store.Tx) error {
		me, err := tx.Self("")
		if err != nil {
			return err
		}
		if err := tx.DropProfile(me.ID); err != nil {
			return err
		}
		_, err1 := tx.Profile(me.ID)
		_, err2 := tx.Criteria(me.ID)
		notes, err3 := tx.Notes(me.ID, 9)
		if !errors.Is(err1, store.ErrNotFound) || !errors.Is(err2, store.ErrNotFound) || len(notes) != 0 || err3 != nil {
			t.Errorf("still there: %v, %v, %v, %v", err1, err2, notes, err3)
		}
		return nil
	})
}

func TestCriteria(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	want := store.Criteria{
		Age: store.Wish{Weight: store.Must, From: 28, To: 36}, Education: store.Wish{Weight: store.Prefer, Least: "bachelor"},
		Region: store.Wish{Weight: store.Must, Places: []int{330100, 310000}}, Smoking: store.Wish{Weight: store.Any}, MustWords: "不抽烟", WordsAsked: true,
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		return errors.Join(tx.SaveCriteria(store.Criteria{MustWords: "x"}), tx.SaveCriteria(want))
	})
	turn(t, s, anna, func(tx *store.Tx) error {
		got, err := tx.MyCriteria()
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(store.Criteria{}, "UpdatedAt")); err != nil || diff != "" {
			t.Errorf("%v: %s", err, diff)
		}
		return nil
	})
}

// Notes come back in their order, and there is an end to them.
func TestNotes(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	turn(t, s, anna, func(tx *store.Tx) error {
		for _, w := range []string{"一", "二", "三"} {
			if err := tx.KeepNote(store.Note{Lines: []string{w}}, 3); err != nil {
				return err
			}
		}
		if err := tx.KeepNote(store.Note{Lines: []string{"四"}}, 3); !errors.Is(err, store.ErrFull) {
			t.Errorf("there is no room: %v", err)
		}
		me, err := tx.Self("")
		if err != nil {
			return err
		}
		notes, err := tx.Notes(me.ID, 2)
		var said []string
		for _, n := range notes {
			said = append(said, n.Lines...)
		}
		if !slices.Equal(said, []string{"二", "三"}) {
			t.Errorf("notes %v", said)
		}
		return err
	})
}

// Nothing that a client tells us stands anywhere in clear.
func TestProfileIsSealed(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	turn(t, s, anna, fillProfile)
	p := seeker()
	found := storetest.DumpOf(t, home, s).Find(p.Born, p.Surname, p.Given, p.School, p.Occupation, p.Employer, p.Registered.Words, p.History, p.Religion, p.Ethnicity,
		p.Hobbies[1], p.Intro, "不抽烟", "妈妈想先见一面", "divorced", "bachelor", "female", "330106")
	if len(found) > 0 {
		t.Errorf("stand in clear: %v", found)
	}
}

func TestFullName(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]store.Profile{
		"欧阳静怡": {Surname: "欧阳", Given: "静怡"}, "Anna Maria Li": {Surname: "Li", Given: "Anna Maria"}, "阿依古丽·买买提": {Given: "阿依古丽·买买提"}, "": {},
	} {
		if got := p.FullName(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
