package flows

import (
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"redthread/bot/dialog"
	"redthread/bot/knowledge"
	"redthread/store"
	"redthread/templates"
)

// enquiry gives approved answers: by topic, or to a question in the client's own
// words, wherever these are written outside a form. What no answer is near is a
// colleague's: question.go. It is played in testdata/enquiry.*.chat.
func enquiry(s Settings) dialog.Flow[inquiry] {
	return dialog.Flow[inquiry]{
		Name:    enquiryFlow,
		Title:   titleEnquiry,
		Opens:   openEnquiry,
		Passing: true,
		Fresh:   true,
		Begin:   s.beginEnquiry,
		Steps: []dialog.Step[inquiry]{
			{Name: "topic", Ask: askTopic, Want: tapOrWords, Hear: s.takeTopic, To: enquirySteps},
			{Name: "entry", Ask: askEntry, Want: tapOrWords, Hear: s.takeEntry, To: enquirySteps},
			{Name: "meant", Ask: askMeant, Want: tapOrWords, Hear: s.takeMeant, To: enquirySteps},
			{Name: "more", Ask: askMore, Want: tapOrWords, Hear: s.takeMore, To: enquirySteps},
		},
	}
}

const (
	enquiryFlow = "enquiry"

	mostRelated = 4    // other answers that stand under one
	oneMessage  = 1600 // bytes of an answer with what stands under it: one message on WeChat
	oneButton   = 150  // bytes of a button there
)

var (
	tapOrWords   = dialog.Button.Or(dialog.Text(1, longestQuestion))
	enquirySteps = []dialog.StepName{"topic", "entry", "meant", "more"}
)

// inquiry is what is on the client's screen. Nothing in it is the client's but
// Words.
type inquiry struct {
	Lead   string // how the topics are introduced: "hello", "vague", "gone" or as usual
	Topic  string
	Topics []string
	Offers []offer
	Words  string // the question of which we ask what was meant
	Given  given
}

// Many says that there is a choice.
func (q inquiry) Many() bool { return len(q.Offers) > 1 }

// offer is an answer that can be had.
type offer struct{ ID, Title string }

// given is an answer.
type given struct {
	Title, Text string
	Approved    time.Time
	Version     int
}

var (
	titleEnquiry = templates.New[none]("title.enquiry")
	openEnquiry  = templates.NewWords("open.enquiry")

	askTopic = templates.New[inquiry]("enquiry.topics")
	askEntry = templates.New[inquiry]("enquiry.entries")
	askMeant = templates.New[inquiry]("enquiry.meant")
	askMore  = templates.New[inquiry]("enquiry.answer")

	sayGladly   = templates.New[none]("enquiry.gladly")
	sayNoAnswer = templates.New[none]("enquiry.none_for_staff")

	wordsNeither = templates.NewWords("words.neither")
	wordsHello   = templates.NewWords("words.hello")
	wordsThanks  = templates.NewWords("words.thanks")
)

// builtInAnswers are those of an agency that has brought none of its own.
var builtInAnswers = sync.OnceValue(func() *knowledge.Base {
	b, err := knowledge.Load(knowledge.Options{})
	if err != nil {
		panic(err) // the built-in folder is not in order; a test sees to it
	}
	return b
})

// wonder is asked about words that nothing else answers.
func (s Settings) wonder(t *dialog.Turn) (bool, error) {
	switch {
	case t.Wrote(wordsThanks):
		t.Say(sayGladly.With(none{}))
		return true, nil
	case t.Wrote(wordsHello):
		if t.First() {
			return false, nil // the welcome is enough
		}
	case vague(t.Text()) && s.Knowledge().Ask(t.Text()).Sureness == knowledge.Far:
		return false, nil
	}
	t.Open(enquiryFlow)
	return true, nil
}

func (s Settings) beginEnquiry(t *dialog.Turn, q *inquiry) (dialog.Move, error) {
	if t.Stray() {
		return s.hearQuestion(t, q)
	}
	return s.topics(t, q, "")
}

// topics shows the topics.
func (s Settings) topics(t *dialog.Turn, q *inquiry, lead string) (dialog.Move, error) {
	*q = inquiry{Lead: lead, Topics: s.Knowledge().Topics(t.Lang())}
	return dialog.GoTo("topic"), nil
}

func (s Settings) takeTopic(t *dialog.Turn, q *inquiry) (dialog.Move, error) {
	if t.Choice() == "" {
		return s.hearQuestion(t, q)
	}
	_, i, _ := templates.Index(t.Choice())
	topic := q.Topics[i]
	offers := offersOf(s.Knowledge().Under(topic, t.Lang()))
	if len(offers) == 0 { // changed meanwhile
		return s.topics(t, q, "gone")
	}
	*q = inquiry{Topic: topic, Offers: offers}
	return dialog.GoTo("entry"), nil
}

func (s Settings) takeEntry(t *dialog.Turn, q *inquiry) (dialog.Move, error) {
	switch choice := t.Choice(); choice {
	case "":
		return s.hearQuestion(t, q)
	case "topics":
		return s.topics(t, q, "")
	default:
		return s.give(t, q, offered(q, choice), store.AnswerTopics)
	}
}

func (s Settings) takeMeant(t *dialog.Turn, q *inquiry) (dialog.Move, error) {
	switch choice := t.Choice(); {
	case choice == "none", t.Wrote(wordsNeither):
		return s.leaveOpen(t, q.Words)
	case choice == "":
		return s.hearQuestion(t, q)
	default:
		return s.give(t, q, offered(q, choice), store.AnswerMeant)
	}
}

func (s Settings) takeMore(t *dialog.Turn, q *inquiry) (dialog.Move, error) {
	if t.Choice() == "done" {
		t.Say(sayGladly.With(none{}))
		return dialog.End, nil
	}
	return s.takeEntry(t, q)
}

// offered is the answer that a button stands for.
func offered(q *inquiry, choice string) string {
	_, i, _ := templates.Index(choice)
	return q.Offers[i].ID
}

func offersOf(entries []knowledge.Entry) (all []offer) {
	for _, e := range entries {
		all = append(all, offer{e.ID, e.Title})
	}
	return all
}

// hearQuestion answers the client's own words, in the language they are written
// in.
func (s Settings) hearQuestion(t *dialog.Turn, q *inquiry) (dialog.Move, error) {
	words := t.Text()
	switch {
	case t.Wrote(wordsThanks):
		t.Say(sayGladly.With(none{}))
		return dialog.End, nil
	case t.Wrote(wordsHello):
		return s.topics(t, q, "hello")
	}
	if err := speakAs(t, words); err != nil {
		return dialog.End, err
	}
	m := s.Knowledge().Ask(words)
	switch {
	case m.Sureness == knowledge.Sure:
		return s.give(t, q, m.IDs[0], store.AnswerAsked)
	case m.Sureness == knowledge.Near:
		*q = inquiry{Words: words, Offers: s.offers(m.IDs, t.Lang())}
		return dialog.GoTo("meant"), nil
	case vague(words):
		t.Miss()
		return s.topics(t, q, "vague")
	}
	return s.leaveOpen(t, words)
}

func (s Settings) offers(ids []string, lang string) (all []offer) {
	for _, id := range ids {
		if e, ok := s.Knowledge().Entry(id, lang); ok {
			all = append(all, offer{e.ID, e.Title})
		}
	}
	return all
}

// leaveOpen leaves a question to a colleague.
func (s Settings) leaveOpen(t *dialog.Turn, words string) (dialog.Move, error) {
	if _, ok := t.Staff(); ok {
		t.Say(sayNoAnswer.With(none{}))
		return dialog.End, nil
	}
	t.Miss()
	return dialog.End, s.openQuestion(t, words)
}

// give gives an answer and records which.
func (s Settings) give(t *dialog.Turn, q *inquiry, id, how string) (dialog.Move, error) {
	e, ok := s.Knowledge().Entry(id, t.Lang())
	if !ok { // taken out meanwhile
		return s.topics(t, q, "gone")
	}
	a := s.Agency(t.Lang())
	g := given{Title: e.Title, Text: e.Filled(a.Name, a.Hours, a.Phone), Approved: e.Date, Version: e.Version}
	*q = inquiry{Topic: e.Topic, Given: g, Offers: s.related(e, len(g.Text))}
	err := t.Records.NoteAnswer(t.Lang(), store.AnswerGiven{Entry: e.ID, Version: e.Version, Lang: e.Lang, Digest: e.Digest(), How: how})
	return dialog.GoTo("more"), err
}

// related are answers of the same topic, those that follow first, as many as fit
// under one of that size.
func (s Settings) related(e knowledge.Entry, size int) []offer {
	all := offersOf(s.Knowledge().Under(e.Topic, e.Lang))
	i := slices.IndexFunc(all, func(o offer) bool { return o.ID == e.ID })
	if i < 0 {
		return nil // under no topic
	}
	all = slices.Concat(all[i+1:], all[:i])
	return all[:min(len(all), mostRelated, max(0, (oneMessage-size)/oneButton))]
}

// speakAs goes over to the language that a question is written in, when that is
// plain.
func speakAs(t *dialog.Turn, words string) error {
	lang := t.Lang()
	switch han, latin := lettersOf(words); {
	case han > 1:
		lang = "zh-CN"
	case han == 0 && latin > 2:
		lang = "en"
	}
	if lang == t.Lang() {
		return nil
	}
	t.SetLang(lang)
	return t.Records.Speak(lang)
}

// vague says that words are too few to ask anything.
func vague(words string) bool {
	han, latin := lettersOf(words)
	return han < 3 && latin < 2
}

// lettersOf counts the different Chinese characters of a text, and its words in
// letters.
func lettersOf(text string) (han, latin int) {
	seen := map[rune]bool{}
	for _, c := range text {
		if unicode.Is(unicode.Han, c) && !seen[c] {
			seen[c] = true
			han++
		}
	}
	latin = len(strings.FieldsFunc(text, func(c rune) bool { return !unicode.Is(unicode.Latin, c) && c != '\'' && c != '’' }))
	return han, latin
}
