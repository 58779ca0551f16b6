package flows

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"redthread/bot/birth"
	"redthread/bot/dialog"
	"redthread/bot/measure"
	"redthread/templates"
)

// The first chapter: whether the agency can register the client at all, and then
// who they are.

func aboutYou(s Settings) []dialog.Step[form] {
	return []dialog.Step[form]{
		{Name: "gender", Ask: askGender, Want: dialog.Button, Hear: takeGender(s), To: []dialog.StepName{"leave"}},
		{Name: "birth", Ask: askBirth, Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takeBirth, To: []dialog.StepName{"birth_sure"}},
		{Name: "birth_sure", Ask: askBirthSure, Want: dialog.Button.Or(dialog.Text(1, 300)), Pass: func(d form) bool { return len(d.Days) == 0 }, Hear: confirmBirth(s), To: []dialog.StepName{"birth", "leave"}},
		{Name: "marital", Ask: askMarital, Want: dialog.Button, Hear: takeMarital(s), To: []dialog.StepName{"leave"}},
		{Name: "leave", Ask: askLeave, Want: dialog.Button, Pass: func(form) bool { return true }, Hear: leaveRegistration(s)},
		{Name: "name", Ask: askName, Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takeFullName},
		{Name: "height", Ask: askHeight, Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takeHeight},
		{Name: "weight", Ask: askWeight, Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takeBodyWeight},
		single,
	}
}

var (
	askGender    = templates.New[form]("profile.gender")
	askBirth     = templates.New[form]("profile.birth")
	askBirthSure = templates.New[form]("profile.birth_sure")
	askLeave     = templates.New[form]("profile.leave")
	askName      = templates.New[form]("profile.name")
	askHeight    = templates.New[form]("profile.height")
	askWeight    = templates.New[form]("profile.weight")
	askMarital   = templates.New[form]("profile.marital")

	// Their buttons name the animals and the constellations.
	_ = templates.New[none]("zodiac.animals")
	_ = templates.New[none]("zodiac.signs")

	sayBirthWrong  = templates.New[birth.Fault]("profile.birth_wrong")
	sayNameWrong   = templates.New[none]("profile.name_wrong")
	sayHeightWrong = templates.New[measure.Fault]("profile.height_wrong")
	sayWeightWrong = templates.New[measure.Fault]("profile.weight_wrong")
)

func takeGender(s Settings) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		d.P.Gender = t.Choice()
		return d.gate(t, s)
	}
}

func takeMarital(s Settings) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		d.P.Marital = t.Choice()
		return d.gate(t, s)
	}
}

// gate holds what is known against whom the agency registers. Who is just
// beginning is turned away at once; who has a profile is asked before it goes.
func (d *form) gate(t *dialog.Turn, s Settings) (dialog.Move, error) {
	reason := d.ineligible(t, s)
	switch {
	case reason == "":
		return d.answered(t)
	case d.Gate != nil:
		return d.turnedAway(t, s, reason)
	}
	d.Picked = reason
	return dialog.GoTo("leave"), nil
}

// notSingleStatus is the marital status of who is not single.
const notSingleStatus = "married"

// ineligible is the reason for which the client cannot be registered, as far as
// it is known.
func (d *form) ineligible(t *dialog.Turn, s Settings) string {
	if born, ok := birth.Read(d.P.Born); ok && d.P.Gender != "" {
		if reason := s.Eligible.age(d.P.Gender == "female", born, t.Now()); reason != "" {
			return reason
		}
	}
	if d.P.Marital == "" {
		return ""
	}
	return s.Eligible.status(d.P.Marital != notSingleStatus)
}

// turnedAway ends the registration and leaves nothing of it.
func (d *form) turnedAway(t *dialog.Turn, s Settings, reason string) (dialog.Move, error) {
	if err := t.Records.ForgetMedia(d.Photos...); err != nil {
		return dialog.End, err
	}
	*d = form{}
	return turnAway(t, s, reason)
}

// leaveRegistration erases a profile that cannot stay, once the client knows why,
// or keeps it as it was.
func leaveRegistration(s Settings) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		reason := d.Picked
		d.Picked = ""
		if t.Choice() != "yes" {
			return dialog.Next, nil
		}
		me, err := t.Records.Self(t.Lang())
		if err != nil {
			return dialog.End, err
		}
		err = errors.Join(t.Records.DropProfile(me.ID), t.Records.DropPhotos(me.ID), t.Records.DropPhone())
		if err != nil {
			return dialog.End, err
		}
		return d.turnedAway(t, s, reason)
	}
}

// takeBirth takes a birthday that is typed, or chosen by year, month and day. What
// it means is confirmed before it counts.
func takeBirth(t *dialog.Turn, d *form) (dialog.Move, error) {
	if t.Choice() != "" {
		if d.pick(t); !d.picksDay() {
			return dialog.Again, nil
		}
		d.Days, d.Lunar, d.Picked = []string{d.Picked}, false, ""
		return dialog.GoTo("birth_sure"), nil
	}
	return d.readBirth(t)
}

func (d *form) readBirth(t *dialog.Turn) (dialog.Move, error) {
	r, err := birth.Parse(d.pickedBefore()+t.Text(), t.Now())
	var fault birth.Fault
	if errors.As(err, &fault) {
		return d.unfit(t, sayBirthWrong.With(fault))
	}
	d.Days, d.Lunar, d.Picked = nil, r.Lunar, ""
	for _, day := range r.Days {
		d.Days = append(d.Days, day.String())
	}
	return dialog.GoTo("birth_sure"), err
}

// confirmBirth takes the birthday once it is clear which day is meant, and by
// which calendar.
func confirmBirth(s Settings) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		_, i, which := templates.Index(t.Choice())
		switch choice := t.Choice(); {
		case choice == "yes":
			return d.takeDay(t, s, d.day().String())
		case which && i < len(d.Days):
			return d.takeDay(t, s, d.Days[i])
		case choice == "lunar" && d.LunarDay() != (birth.Day{}):
			d.Days, d.Lunar = []string{d.LunarDay().String()}, true
			return dialog.Again, nil
		case choice == "":
			return d.readBirth(t) // written once more instead of confirmed
		}
		d.Days = nil
		return dialog.GoTo("birth"), nil
	}
}

func (d *form) takeDay(t *dialog.Turn, s Settings, day string) (dialog.Move, error) {
	if len(d.Days) > 0 { // else it was confirmed before, and is so once more
		d.P.LunarBirthday = d.Lunar
	}
	d.P.Born, d.Days = day, nil
	return d.gate(t, s)
}

// Birthday is the day that is to be confirmed, or else the one that counts.
func (d form) Birthday() time.Time {
	day := d.P.Born
	if len(d.Days) > 0 {
		day = d.Days[0]
	}
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return at.Add(12 * time.Hour) // noon: the same day in every zone
}

func (d form) day() birth.Day {
	if b := d.Birthday(); !b.IsZero() {
		return birth.Day{Year: b.Year(), Month: int(b.Month()), Day: b.Day()}
	}
	return birth.Day{}
}

// LunarName is the birthday in the Chinese calendar.
func (d form) LunarName() string { return d.day().Lunar().String() }

// Animal and Sign are the codes of the zodiac animal and of the constellation.
func (d form) Animal() string { return d.day().Animal() }

// Sign is the code of the constellation.
func (d form) Sign() string { return d.day().Sign() }

// LunarDay is the day that is meant when the numbers of the birthday are those of
// the Chinese calendar; the zero Day when there is none, or it was told as such.
func (d form) LunarDay() birth.Day {
	b := d.day()
	if d.Lunar || len(d.Days) != 1 || b == (birth.Day{}) {
		return birth.Day{}
	}
	day, _ := birth.Lunar{Year: b.Year, Month: b.Month, Day: b.Day}.Solar()
	return day
}

// CanBeLunar says that the numbers could be those of the Chinese calendar.
func (d form) CanBeLunar() bool { return d.LunarDay() != (birth.Day{}) }

func takeFullName(t *dialog.Turn, d *form) (dialog.Move, error) {
	typed := t.Text()
	if t.Choice() == "same" {
		typed = d.Account
	}
	surname, given, ok := personName(typed)
	if !ok {
		return d.unfit(t, sayNameWrong.With(none{}))
	}
	d.P.Surname, d.P.Given = surname, given
	return d.answered(t)
}

// compound are the surnames of two characters that are in use.
var compound = strings.Fields("欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 司徒 夏侯 长孙 長孫 宇文 轩辕 軒轅 端木 南宫 南宮 独孤 獨孤 西门 西門 钟离 鍾離 闻人 聞人 澹台 澹臺 公冶 申屠 公羊 赫连 赫連 呼延 拓跋 百里 第五 东郭 東郭 左丘 司空 淳于 鲜于 鮮于 万俟 濮阳 濮陽")

// personName takes a name apart: Chinese ones by the list of surnames, others at
// their last word. It is false for what can be no name.
func personName(typed string) (surname, given string, ok bool) {
	typed = strings.Join(strings.Fields(strings.Trim(typed, " 。.!！,，")), " ")
	typed = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(typed, "我叫"), "我是"), "My name is "))
	if n := utf8.RuneCountInString(typed); n < 2 || n > 40 || strings.ContainsFunc(typed, notInNames) {
		return "", "", false
	}
	if !strings.ContainsFunc(typed, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
		return latinName(typed)
	}
	return hanName(typed)
}

func notInNames(c rune) bool {
	return !unicode.IsLetter(c) && !unicode.Is(unicode.M, c) && !strings.ContainsRune(" ·•・-'’.,，", c)
}

func latinName(typed string) (surname, given string, ok bool) {
	if last, first, comma := strings.Cut(typed, ","); comma {
		last, first = strings.TrimSpace(last), strings.TrimSpace(first)
		if last == "" || first == "" {
			return "", "", false
		}
		return last, first, true
	}
	words := strings.Fields(typed)
	if len(words) < 2 || len(words) > 5 {
		return "", "", false
	}
	return words[len(words)-1], strings.Join(words[:len(words)-1], " "), true
}

func hanName(typed string) (surname, given string, ok bool) {
	if first, rest, parted := strings.Cut(typed, " "); parted {
		if utf8.RuneCountInString(first) > 2 || utf8.RuneCountInString(rest) > 4 {
			return "", "", false
		}
		return first, rest, true
	}
	if strings.ContainsAny(typed, "·•・") {
		return "", typed, true // 阿依古丽·买买提 has no surname
	}
	r := []rune(typed)
	if len(r) > 5 {
		return "", "", false
	}
	n := 1
	if len(r) > 2 && slices.Contains(compound, string(r[:2])) {
		n = 2
	}
	return string(r[:n]), string(r[n:]), true
}

func takeHeight(t *dialog.Turn, d *form) (dialog.Move, error) {
	if t.Choice() != "" {
		if d.pick(t); len(d.Picked) < 3 || strings.HasSuffix(d.Picked, "+") {
			return dialog.Again, nil
		}
	}
	cm, err := measure.Height(t.Text() + d.pickedHeight(t))
	var fault measure.Fault
	if errors.As(err, &fault) {
		return d.unfit(t, sayHeightWrong.With(fault))
	}
	d.P.Height = cm
	return d.answered(t)
}

func (d *form) pickedHeight(t *dialog.Turn) string {
	if t.Choice() == "" {
		return ""
	}
	return d.Picked
}

func takeBodyWeight(t *dialog.Turn, d *form) (dialog.Move, error) {
	kg, err := measure.Weight(t.Text())
	var fault measure.Fault
	if errors.As(err, &fault) {
		return d.unfit(t, sayWeightWrong.With(fault))
	}
	d.P.Weight = kg
	return d.answered(t)
}

// AccountFits says that what they call themselves on the platform can be a name.
func (d form) AccountFits() bool {
	_, _, ok := personName(d.Account)
	return ok
}
