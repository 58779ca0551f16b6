package dialog

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// StepName names a question within its flow: a small letter, then small
// letters, digits and "_". It stands in saved sessions and on buttons.
type StepName string

// Flow is a conversation that collects a D. D must survive encoding/json.
type Flow[D any] struct {
	Name  string                 // as a StepName is written; it stands in saved sessions
	Title templates.Of[struct{}] // what clients call it, for "let us go on with your …"
	Opens templates.Words        // what opens it, at any time and in any language
	Idle  time.Duration          // an answer that comes later is not taken without asking; 0: never too late

	// Reads, if there is one, opens it too: at words that are no fixed ones, such
	// as a code. Begin finds them in Turn.Event. Once the flow is open its
	// question hears them.
	Reads func(text string) bool

	// Staff lists the roles that may open it; nil: anyone. Another colleague is told
	// that it is not for them; from who does not work here what opens it means
	// nothing of the kind.
	Staff []store.Role

	// Always lets it be opened while a colleague has the talk.
	Always bool

	// Passing is for a flow that tells things and collects nothing: left for the
	// menu, for another flow or for a colleague, it ends without a word.
	Passing bool

	// Needs, if there is one, says what must be settled before the flow begins,
	// and before each of its questions: a consent that can be withdrawn while it
	// is open. wished says that the person has asked for the flow just now, so
	// that what they once refused may be offered again.
	Needs func(t *Turn, wished bool) (Need, error)

	// Keeps says that each answer is in the records as soon as it is given: a
	// flow that is left, or given up, has lost nothing, and says so.
	Keeps bool

	// Ready, if there is one, completes what was saved with what stands in the
	// records, before a question is asked and before its answer is heard. What it
	// fills in should carry json:"-", so that the session keeps no copy.
	Ready func(*Turn, *D, StepName) error

	// Stray, if there is one, is given what is no answer to the open question:
	// words where a button is wanted, a picture, a voice note. It is true when
	// they have been kept; then the question is asked again without a complaint.
	Stray func(*Turn, *D) (bool, error)

	// Fresh lets it begin anew when it is opened while it is open or waits, as
	// a flow does that is about one paper: what was there is dropped.
	Fresh bool

	// Version counts the shapes D has had. Upgrade[n] turns data saved by
	// version n into that of version n+1.
	Version int
	Upgrade map[int]func(json.RawMessage) (json.RawMessage, error)

	// Begin, if there is one, runs when the flow is opened, before its first
	// question. It may return Next, GoTo, or End: a flow that only tells
	// something needs no steps.
	Begin func(*Turn, *D) (Move, error)

	Steps []Step[D] // in the order of the conversation
}

// Step is one question and its answer.
type Step[D any] struct {
	Name StepName
	Was  []StepName      // what older releases called it: their sessions and buttons find it
	Ask  templates.Of[D] // what we say; its buttons are the choices
	Want Want            // what counts as an answer

	// Pass, if there is one, says that the question need not be asked: the
	// answer is known, or it does not concern this person. Going on passes it
	// over; going back and Visit do not.
	Pass func(D) bool

	// Optional lets it be skipped: the data stay as they are, and the next
	// question comes. A button [skip] of its text skips it, too.
	Optional bool
	Skip     func(*Turn, *D) error // what we note when it is; nil: nothing

	Hear func(*Turn, *D) (Move, error) // what we do with the answer
	To   []StepName                    // where Hear may GoTo or Visit
}

// Move is where the conversation goes.
type Move struct {
	how  string
	step StepName
}

// The moves a step can make.
var (
	Next  = Move{how: "next"}  // ask the next question; after the last, end
	Again = Move{how: "again"} // ask the same question once more
	Stay  = Move{how: "stay"}  // wait for more of the same without asking again
	End   = Move{how: "end"}   // leave the flow
)

// GoTo goes on at another question of the flow. The step must list it in To.
func GoTo(name StepName) Move { return Move{"goto", name} }

// Visit asks another question of the flow and comes back to this one after it,
// so that one answer can be corrected. The step must list it in To.
func Visit(name StepName) Move { return Move{"visit", name} }

// Definition is a Flow of any D. Only Flow implements it.
type Definition interface {
	facts() facts
	needs(t *Turn, wished bool) (Need, error)
	begin(t *Turn, fr *bot.Frame) (Move, error)
	asks(t *Turn, fr bot.Frame) (templates.Line, error)
	hear(t *Turn, fr *bot.Frame) (Move, error)
	skip(t *Turn, fr *bot.Frame) error
	passes(t *Turn, fr bot.Frame, step string) (bool, error)
	stray(t *Turn, fr *bot.Frame) (bool, error)
	upgrade(fr *bot.Frame) error
	untouched(fr bot.Frame) bool
}

// facts are what can be said of a flow whatever its D.
type facts struct {
	name     string
	title    string
	opens    templates.Words
	reads    func(string) bool
	idle     time.Duration
	staff    []store.Role
	always   bool
	passing  bool
	keeps    bool
	fresh    bool
	version  int
	upgrades []int
	begins   bool
	steps    []stepFacts
}

type stepFacts struct {
	name     string
	was      []string
	ask      string // the text's name
	want     Want
	optional bool
	hears    bool
	to       []string
}

// at finds a step, or gives -1.
func (f facts) at(step string) int {
	return slices.IndexFunc(f.steps, func(s stepFacts) bool { return s.name == step })
}

// now is what a step of an older release is called today.
func (f facts) now(step string) string {
	for _, s := range f.steps {
		if slices.Contains(s.was, step) {
			return s.name
		}
	}
	return step
}

func (f Flow[D]) facts() facts {
	all := facts{name: f.Name, title: f.Title.Name(), opens: f.Opens, reads: f.Reads, idle: f.Idle, staff: f.Staff, always: f.Always, passing: f.Passing, keeps: f.Keeps, fresh: f.Fresh, version: f.Version, begins: f.Begin != nil}
	for n := range f.Upgrade {
		all.upgrades = append(all.upgrades, n)
	}
	slices.Sort(all.upgrades)
	for _, s := range f.Steps {
		step := stepFacts{name: string(s.Name), ask: s.Ask.Name(), want: s.Want, optional: s.Optional, hears: s.Hear != nil}
		for _, was := range s.Was {
			step.was = append(step.was, string(was))
		}
		for _, to := range s.To {
			step.to = append(step.to, string(to))
		}
		all.steps = append(all.steps, step)
	}
	return all
}

func (f Flow[D]) needs(t *Turn, wished bool) (Need, error) {
	if f.Needs == nil {
		return Nothing, nil
	}
	need, err := f.Needs(t, wished)
	if err != nil {
		return need, fmt.Errorf("needs of %s: %w", f.Name, err)
	}
	return need, nil
}

// begin opens the flow in an empty frame.
func (f Flow[D]) begin(t *Turn, fr *bot.Frame) (Move, error) {
	d, move := new(D), Next
	if f.Begin != nil {
		var err error
		if move, err = f.Begin(t, d); err != nil {
			return move, fmt.Errorf("begin %s: %w", f.Name, err)
		}
	}
	return move, f.save(fr, d)
}

// asks is the frame's open question. Without a turn it is asked about what was
// saved alone.
func (f Flow[D]) asks(t *Turn, fr bot.Frame) (templates.Line, error) {
	step, d, err := f.load(t, fr)
	if err != nil {
		return templates.Line{}, err
	}
	return step.Ask.With(*d), nil
}

// hear gives the answer that t holds to the frame's open question.
func (f Flow[D]) hear(t *Turn, fr *bot.Frame) (Move, error) {
	step, d, err := f.load(t, *fr)
	if err != nil {
		return Move{}, err
	}
	move, err := step.Hear(t, d)
	if err != nil {
		return move, fmt.Errorf("hear %s/%s: %w", f.Name, step.Name, err)
	}
	return move, f.save(fr, d)
}

// skip lets the open question note that it has no answer.
func (f Flow[D]) skip(t *Turn, fr *bot.Frame) error {
	step, d, err := f.load(t, *fr)
	if err != nil || step.Skip == nil {
		return err
	}
	if err := step.Skip(t, d); err != nil {
		return fmt.Errorf("skip %s/%s: %w", f.Name, step.Name, err)
	}
	return f.save(fr, d)
}

// passes says that the step need not be asked.
func (f Flow[D]) passes(t *Turn, fr bot.Frame, name string) (bool, error) {
	fr.Step = name
	if i := f.index(name); i < 0 || f.Steps[i].Pass == nil {
		return false, nil
	}
	step, d, err := f.load(t, fr)
	return err == nil && step.Pass(*d), err
}

// stray offers the flow what is no answer.
func (f Flow[D]) stray(t *Turn, fr *bot.Frame) (bool, error) {
	if f.Stray == nil {
		return false, nil
	}
	_, d, err := f.load(t, *fr)
	if err != nil {
		return false, err
	}
	kept, err := f.Stray(t, d)
	if err != nil {
		return kept, fmt.Errorf("keep what strayed into %s/%s: %w", f.Name, fr.Step, err)
	}
	return kept, f.save(fr, d)
}

func (f Flow[D]) index(step string) int {
	return slices.IndexFunc(f.Steps, func(s Step[D]) bool { return string(s.Name) == step })
}

func (f Flow[D]) load(t *Turn, fr bot.Frame) (Step[D], *D, error) {
	i := f.index(fr.Step)
	if i < 0 {
		return Step[D]{}, nil, fmt.Errorf("flow %s has no step %q", f.Name, fr.Step)
	}
	d, err := f.decode(fr)
	if err == nil && t != nil && f.Ready != nil {
		if err = f.Ready(t, d, f.Steps[i].Name); err != nil {
			err = fmt.Errorf("make %s/%s ready: %w", f.Name, fr.Step, err)
		}
	}
	return f.Steps[i], d, err
}

func (f Flow[D]) decode(fr bot.Frame) (*D, error) {
	d := new(D)
	if len(fr.Data) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(fr.Data, d); err != nil {
		// The decoder's own words may quote what the client wrote.
		return nil, fmt.Errorf("flow %s cannot read its data: %T", f.Name, err)
	}
	return d, nil
}

func (f Flow[D]) save(fr *bot.Frame, d *D) (err error) {
	if fr.Data, err = json.Marshal(d); err != nil {
		return fmt.Errorf("flow %s cannot save its data: %T", f.Name, err)
	}
	return nil
}
