package dialog

import "redthread/templates"

// Agency is what the welcome and the menu can tell about the agency, in one
// language. What is empty is left out.
type Agency struct {
	Name  string
	Hours string // when colleagues are there, in words
	Phone string
	Place string // its address, in words; may be empty
}

// Measure is an answer held against what was wanted.
type Measure struct{ N, Min, Max int }

// Fault names a turn that failed, or a talk that could not go on, to staff. It
// holds no personal data.
type Fault struct {
	Key   string // the event's
	Place string // where the conversation stood
	Told  bool   // the person has been told that we are sorry
}

// Unfinished is a flow that has waited long. Kept: each answer is in the records.
type Unfinished struct {
	Title string
	Kept  bool
}

// Help is what a person can do now. Title is empty when no flow is open.
type Help struct {
	Title    string
	Back     bool // there is an earlier question
	Optional bool // the question can be skipped
	Human    bool // a colleague can be called
}

// The engine's own texts. A flow's title is filled into those about a string.
var (
	sayWelcome = templates.New[Agency]("common.welcome")
	sayMenu    = templates.New[Agency]("common.menu") // its buttons are doors: the names of flows and global words
	sayKept    = templates.New[string]("common.kept") // stands before the menu while a flow waits
	sayHelp    = templates.New[Help]("common.help")

	sayUnclear    = templates.New[struct{}]("common.unclear")
	sayNoMedia    = templates.New[struct{}]("common.no_media")
	sayWantWords  = templates.New[struct{}]("common.want_words")
	sayWantPhotos = templates.New[bool]("common.want_photos") // true: there are buttons too
	sayWantButton = templates.New[struct{}]("common.want_button")
	sayTooShort   = templates.New[Measure]("common.too_short")
	sayTooLong    = templates.New[Measure]("common.too_long")
	sayTooMany    = templates.New[Measure]("common.too_many")
	sayStuck      = templates.New[struct{}]("common.stuck")   // offers a colleague after three misses in a form
	sayCalling    = templates.New[struct{}]("common.calling") // stands before Config.Human's words after three misses elsewhere

	sayFirst     = templates.New[struct{}]("common.first")
	sayNoSkip    = templates.New[struct{}]("common.no_skip")
	sayNothing   = templates.New[struct{}]("common.nothing_open")
	askCancel    = templates.New[string]("common.cancel")
	sayCancelled = templates.New[string]("common.cancelled")
	sayPaused    = templates.New[string]("common.paused") // given up, and nothing is lost
	askResume    = templates.New[Unfinished]("common.resume")
	sayContinued = templates.New[string]("common.continued")
	sayFull      = templates.New[[]string]("common.full")
	sayUpdated   = templates.New[struct{}]("common.updated")

	sayStale       = templates.New[struct{}]("common.stale")
	toastStale     = templates.New[struct{}]("common.toast_stale")
	toastTaken     = templates.New[struct{}]("common.toast_taken")
	sayWithheld    = templates.New[struct{}]("common.withheld")
	sayNotWithheld = templates.New[struct{}]("common.not_withheld") // too much waits already

	sayAttended  = templates.New[struct{}]("common.attended")  // a colleague has the talk
	sayAttending = templates.New[struct{}]("common.attending") // so it is for the colleague

	sayMeanwhile = templates.New[[]string]("common.meanwhile") // news that made room for what needed an answer

	sayNotForYou = templates.New[struct{}]("common.not_for_you") // to a colleague of another role

	saySorry  = templates.New[struct{}]("common.sorry")
	alertFail = templates.New[Fault]("common.fault")
	alertLost = templates.New[Fault]("common.lost")
)

// The words understood everywhere.
var (
	wordsMenu   = templates.NewWords("words.menu")
	wordsBack   = templates.NewWords("words.back")
	wordsSkip   = templates.NewWords("words.skip")
	wordsCancel = templates.NewWords("words.cancel")
	wordsHuman  = templates.NewWords("words.human")
	wordsHelp   = templates.NewWords("words.help")
	wordsYes    = templates.NewWords("words.yes")
	wordsNo     = templates.NewWords("words.no")
)
