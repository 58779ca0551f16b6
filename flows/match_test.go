package flows_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"redthread/bot"
	"redthread/flows"
	"redthread/store"
	"redthread/templates"
)

// register files a profile without a talk: "woman 1993-05-02 165 bachelor 330106",
// and what else is named: "job=teacher", "hobby=reading", "must-height=175-",
// "like-age=28-36", "sensitive=yes", "must-region=330100", "must-smoking=no", "show=no".
func (s *stage) register(at bot.Conversation, spec string) {
	s.t.Helper()
	words := strings.Fields(spec)
	height, err1 := strconv.Atoi(words[2])
	home, err2 := strconv.Atoi(words[4])
	if err := errors.Join(err1, err2); err != nil {
		s.t.Fatal(err)
	}
	p := store.Profile{
		Gender: map[string]string{"woman": "female", "man": "male"}[words[0]], Born: words[1], Height: height, Education: words[3],
		Home: store.Place{Code: home}, Registered: store.Place{Code: home}, Marital: "never", Children: "none", Smoking: "no", Drinking: "no",
		Surname: "欧阳", Given: "隐名", School: "某某大学", Employer: "某某公司", Occupation: "tech", Income: "to20", Intro: "我在某某公司上班，住在某某路 8 号。",
	}
	s.secrets = []string{p.Surname, p.Given, p.School, p.Employer, "某某路"}
	show, sensitive := store.ConsentYes, store.ConsentNo
	var c store.Criteria
	wished := false
	for _, w := range words[5:] {
		key, value, _ := strings.Cut(w, "=")
		switch key {
		case "job":
			p.Occupation = value
		case "hobby":
			p.Hobbies = strings.Split(value, ",")
		case "smoking":
			p.Smoking = value
		case "children":
			p.Children = value
		case "sensitive":
			sensitive = store.ConsentAnswer(value)
		case "show":
			show = store.ConsentAnswer(value)
		default:
			wished = true
			wish(&c, key, value)
		}
	}
	lang := "zh-CN"
	if i := slices.IndexFunc(s.people, func(p *person) bool { return p.at == at && p.lang != "" }); i >= 0 {
		lang = s.people[i].lang
	}
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint("register:", s.events)), From: at, Kind: bot.Wrote, At: s.clock.Now()}
	s.events++
	_, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		agree := func(kind store.ConsentKind, answer store.ConsentAnswer) error {
			return tx.NoteConsent(store.NewConsent{Kind: kind, Answer: answer, Version: s.versionOf(kind, lang), Lang: lang, Words: "words"})
		}
		err := errors.Join(agree(store.ConsentNotice, store.ConsentYes), agree(store.ConsentShow, show), agree(store.ConsentSensitive, sensitive), tx.SaveProfile(p))
		if at.Channel == "telegram" {
			err = errors.Join(err, agree(store.ConsentAbroad, store.ConsentYes))
		}
		if wished {
			err = errors.Join(err, tx.SaveCriteria(c))
		}
		_, err2 := tx.FileProfile()
		return errors.Join(err, err2)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// versionOf is the version of a consent's text today.
func (s *stage) versionOf(kind store.ConsentKind, lang string) string {
	s.t.Helper()
	texts, err := ourTexts()
	if err != nil {
		s.t.Fatal(err)
	}
	name := "consent." + string(kind)
	if slices.Contains(store.StatementKinds, kind) {
		name = "statement." + string(kind)
	}
	m, err := texts.Render(lang, templates.Line{Name: name + "_version", Data: struct{}{}})
	if err != nil {
		s.t.Fatal(err)
	}
	return m.Text
}

// wish reads "must-age=28-36".
func wish(c *store.Criteria, key, value string) {
	weight, about, _ := strings.Cut(key, "-")
	w := store.Wish{Weight: map[string]store.Weight{"must": store.Must, "like": store.Prefer}[weight]}
	from, to, _ := strings.Cut(value, "-")
	n, _ := strconv.Atoi(from)
	m, _ := strconv.Atoi(to)
	switch about {
	case "age":
		w.From, w.To = n, m
		c.Age = w
	case "height":
		w.From, w.To = n, m
		c.Height = w
	case "education":
		w.Least = value
		c.Education = w
	case "region":
		w.Places = []int{n}
		c.Region = w
	case "smoking":
		w.OneOf = []string{value}
		c.Smoking = w
	}
}

// crowd lets so many people register whom nobody plays: "9 women".
func (s *stage) crowd(rest string) {
	s.t.Helper()
	var n int
	var who string
	if _, err := fmt.Sscanf(rest, "%d %s", &n, &who); err != nil {
		s.t.Fatal(err)
	}
	cities, levels := []int{330106, 310115, 330203}, []string{"college", "bachelor", "master"}
	for i := range n {
		spec := fmt.Sprintf("%s %d-05-0%d %d %s %d hobby=film", map[string]string{"women": "woman", "men": "man"}[who], 1990+i%6, 1+i%9, 160+i%9, levels[i%3], cities[i%3])
		s.register(bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(7_200_000 + s.events)}, spec)
	}
}

// What a matchmaker is shown of candidates has nothing that tells who they are,
// and every look is kept.
func TestCandidatesAreMasked(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	mei, bo, anna := s.person("mei"), s.person("bo"), s.person("anna")
	s.hire(mei)
	s.act(bo, "(registers man 1990-05-02 178 bachelor 330106)")
	s.act(anna, "(registers woman 1992-05-02 165 bachelor 330106 job=某某公司会计 hobby=reading,某某公司合唱团)")
	for _, line := range []string{"匹配 1", "[看 K-000002]", "[放进候选名单]", "名单 1"} {
		s.act(mei, line)
	}
	said := s.said("mei")
	if !strings.Contains(said, "K-000002") || !strings.Contains(said, "165 厘米") {
		t.Fatalf("she was not shown: %s", said)
	}
	for _, secret := range []string{"欧阳", "隐名", "某某", "8 号", "西湖", "1992"} {
		if strings.Contains(said, secret) {
			t.Errorf("%q is told: %s", secret, said)
		}
	}
	var looks []string
	for _, e := range s.recorded("read.") {
		looks = append(looks, strings.TrimSpace(e.Action+" "+e.Detail))
	}
	if want := []string{"read.match", "read.candidate K-000001", "read.candidate K-000001", "read.candidate K-000001"}; fmt.Sprint(looks) != fmt.Sprint(want) {
		t.Errorf("kept of the looks: %v, want %v", looks, want)
	}
}

// The store's codes of hobbies are the buttons that clients tap.
func TestHobbyKindsAreTheButtons(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, id := range mustTexts(t).Buttons("profile.hobbies") {
		if id != "done" {
			ids = append(ids, id)
		}
	}
	if fmt.Sprint(ids) != fmt.Sprint(store.HobbyKinds) {
		t.Errorf("buttons %v, codes %v", ids, store.HobbyKinds)
	}
	if ids := mustTexts(t).Buttons("profile.occupation"); fmt.Sprint(ids) != fmt.Sprint(flows.Occupations()) {
		t.Errorf("buttons %v, shown are %v", ids, flows.Occupations())
	}
}

func mustTexts(t *testing.T) *templates.Set {
	t.Helper()
	texts, err := ourTexts()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}
