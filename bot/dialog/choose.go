package dialog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"redthread/bot"
	"redthread/templates"
)

// chosen reads typed words as one of a question's buttons: its words in any of
// our languages or, where numbers may be, its number, or a plain yes or no to the
// buttons [yes] and [no].
func (t *Turn) chosen(l templates.Line, numbers bool) (answer, bool, error) {
	if !isShort(t.Event.Text) {
		return answer{}, false, nil
	}
	typed := t.folded()
	here, err := t.texts.Render(t.Lang(), l)
	if err != nil {
		return answer{}, false, err
	}
	if n, ok := number(typed); numbers && ok && n <= len(here.Buttons) && here.Buttons[n-1].URL == "" {
		return answer{choice: here.Buttons[n-1].ID, label: here.Buttons[n-1].Label}, true, nil
	}
	for _, lang := range templates.Languages {
		m, err := t.texts.Render(lang, l)
		if err != nil {
			return answer{}, false, err
		}
		for _, b := range m.Buttons {
			if b.URL == "" && templates.Fold(b.Label) == typed {
				return answer{choice: b.ID, label: labelOf(here, b.ID)}, true, nil
			}
		}
	}
	if id := t.texts.Means(l.Name, typed); id != "" && labelOf(here, id) != "" {
		return answer{choice: id, label: labelOf(here, id)}, true, nil
	}
	if id := t.yesNo(); numbers && id != "" && labelOf(here, id) != "" {
		return answer{choice: id, label: labelOf(here, id)}, true, nil
	}
	return answer{}, false, nil
}

// chosenAll reads typed words as several of a question's buttons: "1 3 5",
// "读书、旅行，还有钓鱼". It is false when none of them is a button.
func (t *Turn) chosenAll(l templates.Line) (a answer, ok bool, err error) {
	const most = 40 // parts that are looked at
	for _, part := range apart(t.Event.Text, most) {
		one, ok, err := t.chosenPart(l, part, true)
		if err != nil {
			return a, false, err
		}
		if ok {
			a.choices = append(a.choices, one.choice)
			continue
		}
		a.others = append(a.others, part)
	}
	return a, len(a.choices) > 0, nil
}

// chosenPart reads a part of what was written.
func (t *Turn) chosenPart(l templates.Line, part string, numbers bool) (answer, bool, error) {
	whole := t.Event.Text
	t.Event.Text = part
	defer func() { t.Event.Text = whole }()
	return t.chosen(l, numbers)
}

// joins are what people put between several things.
var joins = regexp.MustCompile(`[,，、;；/|\n]+|\s+(?:and|和|还有|以及|跟)\s+|还有|以及|\s{2,}`)

// apart takes a list apart. Blanks part it only when nothing else does: labels
// may have blanks in them.
func apart(text string, most int) (parts []string) {
	split := joins.Split(strings.TrimSpace(text), most)
	if len(split) == 1 {
		split = strings.Fields(text)
	}
	for _, p := range split[:min(most, len(split))] {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

// yesNo is the button that a typed yes or no means, where a question has it.
func (t *Turn) yesNo() string {
	switch {
	case t.says(wordsYes):
		return "yes"
	case t.says(wordsNo):
		return "no"
	}
	return ""
}

func labelOf(m bot.Message, id string) string {
	i := slices.IndexFunc(m.Buttons, func(b bot.Button) bool { return b.ID == id })
	if i < 0 {
		return ""
	}
	return m.Buttons[i].Label
}

// isShort says that words could be a label, a number or a word we listen for.
func isShort(text string) bool { return len(text) <= 256 && utf8.RuneCountInString(text) <= 64 }

var numerals = []string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// number reads what people type for a number in a list: "2", "２.", "②", "二",
// "第二个", "2号". Fold has taken the punctuation and the width off.
func number(typed string) (int, bool) {
	typed = strings.TrimPrefix(strings.TrimPrefix(typed, "选"), "第")
	for _, tail := range []string{"个", "项", "号"} {
		typed = strings.TrimSuffix(typed, tail)
	}
	if i := slices.Index(numerals, typed); i >= 0 {
		return i + 1, true
	}
	if len(typed) > 2 || strings.HasPrefix(typed, "+") {
		return 0, false
	}
	n, err := strconv.Atoi(typed)
	return n, err == nil && n > 0
}

// lettered finds a card's button by its letter (A, B … Z, AA …) or its words.
func lettered(buttons []bot.Button, typed string) (int, bool) {
	i := slices.IndexFunc(buttons, func(b bot.Button) bool { return b.URL == "" && templates.Fold(b.Label) == typed })
	if i >= 0 {
		return i, true
	}
	n := 0
	for _, c := range typed {
		if c < 'a' || c > 'z' || n > len(buttons) {
			return 0, false
		}
		n = n*26 + int(c-'a') + 1
	}
	if n == 0 || n > len(buttons) || buttons[n-1].URL != "" {
		return 0, false
	}
	return n - 1, true
}
