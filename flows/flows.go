// Package flows holds the agency's conversations, one file each. A flow file
// reads from top to bottom like the talk it describes: what we ask, then what we
// do with each answer. The words are in templates, one file a conversation and
// language; the talks themselves, played and checked, are in testdata.
//
// To add a conversation: one file here, its texts in each language, a transcript
// in testdata, and one line in New.
package flows

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"redthread/bot"
	"redthread/bot/calendar"
	"redthread/bot/dialog"
	"redthread/bot/guard"
	"redthread/bot/knowledge"
	"redthread/bot/venues"
	"redthread/store"
	"redthread/templates"
)

// Settings are what an agency decides about its conversations. A zero one means
// what stands behind it.
type Settings struct {
	// Calendar tells when colleagues are at work. What is promised and awaited is
	// counted on it: nobody is called late over lunch. Nil: they always are.
	Calendar *calendar.Calendar

	FirstAnswer  time.Duration // who complains is promised to hear from us in this working time: a working day
	AnswerWithin time.Duration // so is who asks what no approved text answers: a working day
	ComeWithin   time.Duration // so does a client who waits for a person: 3 minutes
	TalkIdle     time.Duration // a talk with a person ends when nobody says anything, by the clock on the wall: 12 hours
	FilePerDay   int           // how many complaints one client may file in 24 hours; 0: any number
	Keep         store.Keep    // how long things are kept, as clients are told
	Eligible     Eligibility   // whom the agency registers
	RemindPapers time.Duration // staff hear so long before that a paper lapses: 14 days
	MaxPicture   int64         // bytes of one picture: 10 MiB

	// PhotoLink is the address of a link to a photo; nil: there are no links.
	PhotoLink func(token string) string

	// FileLink is the address of a link to a voice note or a file that a talk carries
	// to WeChat; nil: there are no links, and none are carried there.
	FileLink func(token string) string
	FileFor  time.Duration // such a link is good for so long: three days

	// CopyLink is the address of a link to the copy of a client's data; nil: there
	// are no links, and clients on WeChat, which carries no files, get none.
	CopyLink     func(token string) string
	CopyFor      time.Duration // such a copy is erased after so long: a day
	CopyFetches  int           // so often a link can be used: 5 times
	CopiesPerDay int           // a client may have so many within 24 hours: 2

	Desk Desk // talks with clients

	// Groups are those of the staff, with a topic for each client; nil: colleagues
	// talk with clients in chats of their own.
	Groups []bot.Conversation

	Dates Dates // of two clients

	// Venues gives the places to meet of the moment; nil: the built-in examples.
	Venues func() *venues.List

	// DateLink is the address of a link to a date's entry for a calendar; nil: there
	// are no links, and clients on WeChat, which carries no files, get none.
	DateLink func(token string) string

	Alerts  Alerts  // when alerts climb
	Targets Targets // how long things may take

	Recommend Recommend // how long answers may take, and how often somebody should come

	CheckShare int // hundredths of what each colleague has finished that are looked at each week; 0: none

	// Knowledge gives the approved answers of the moment; nil: the built-in ones.
	Knowledge func() *knowledge.Base

	// Guard gives the rules of the moment for what colleagues may write to clients;
	// nil: the built-in ones.
	Guard func() *guard.Guard

	// Agency tells clients who ask for a person when colleagues are there; nil:
	// they are not told.
	Agency func(lang string) dialog.Agency

	kinds map[string]alarm // of alerts
}

// House is all of an agency's conversations, as dialog.Config wants them.
type House struct {
	Flows []dialog.Definition
	Cards []dialog.AnyCard
	News  []dialog.Notice
	Human func(*dialog.Turn) error // a client wishes for a person
	Relay func(*dialog.Turn) error // what is said while two people talk

	// Farewell composes what is said at last to a client who has been deleted.
	Farewell func(*templates.Set, store.Erased, store.LastChat) (bot.Message, error)

	// May says whether a colleague of the role may press a button of a card.
	May func(role store.Role, card, choice string) bool

	// Gate has colleagues confirm the pledge of secrecy before anything else they do.
	Gate func(*dialog.Turn) (flow string, err error)

	// Action is the action of the table of rights for which what dialog.Config.Refused
	// hears stands; "own_clients" for what is refused because of whose client it is.
	Action func(what string) string

	Heard  func(*dialog.Turn) error         // a colleague can be told things again
	Parted func(*dialog.Turn) error         // somebody has left us
	Danger func(*dialog.Turn) (bool, error) // words for help
	Lost   func(*dialog.Turn) (bool, error) // words that nothing else answers
	Quoted func(*dialog.Turn) (bool, error) // words that quote a message of ours
	Place  func(*dialog.Turn) error         // what colleagues say in a group
}

// New gives the conversations of an agency.
func New(s Settings) House {
	s = s.filledIn()
	return House{
		Flows: allFlows(s),
		Cards: allCards(s),
		News:  allNews(s),
		Human: callHuman(s),
		Relay: relay(s),

		Farewell: farewell(s),

		May:    mayPress,
		Action: actionOf,
		Gate:   needsPledge,

		Heard:  s.heardAgain,
		Parted: talkParted,
		Danger: hearDanger(s),
		Lost:   s.wonder,
		Quoted: hearQuote,
		Place:  hearTopic(s),
	}
}

func allFlows(s Settings) []dialog.Definition {
	return slices.Concat(introFlows(s), dateFlows(s), []dialog.Definition{
		writeNote(s),
		noteByCard(),
		talkTo(s),
		enquiry(s),
		profile(s),
		criteria,
		complaint(s),
		progress,
		language,
		english,
		chinese,
		finish(s),
		consentFlow(s, store.ConsentNotice),
		consentFlow(s, store.ConsentAbroad),
		consentFlow(s, store.ConsentSensitive),
		consentFlow(s, store.ConsentShow),
		consentFlow(s, store.StatementSingle),
		consentFlow(s, store.StatementTruth),
		takingBack, consents, // the same word means the one to colleagues, the other to clients
		mydata(s),
		forgetMe,
		correction(s),
		copying(s),
		link,
		enrol(s),
		onDuty(s),
		offDuty(s),
		leaveFlow(s),
		dutyFlow(s),
		settingCapacity,
		settingLangs,
		team(s), leavingTeam,
		answering(s),
		refusing(s),
		photos(s),
		papers,
		cannedReplies(s),
		writeCanned(s),
		openClient(s),
		openPaper(s),
		naming,
		asking(s),
		tasks(s),
		refusingTask(s),
		reportingTask(s),
		checks(s),
		scoring(s),
		rectifying(s),
		live(s),
		whispers,
		matches,
		shortlist,
		verifying(s),
		uncovering,
		pledging, myPledge,
		following, writingAnew(s),
	})
}

// dateFlows are about dates of two who have both said yes.
func dateFlows(s Settings) []dialog.Definition {
	return []dialog.Definition{proposing(s), changing(s), beingLate(s), myDates(s), feedback(s), settingZone()}
}

// introFlows are about bringing two clients together.
func introFlows(s Settings) []dialog.Definition {
	return []dialog.Definition{recommend(s), introYes(s), introNo(s), introWithdraw(s), ownIntros(s), myService(s), packages(s)}
}

func allCards(s Settings) []dialog.AnyCard {
	return []dialog.AnyCard{
		complaintAlert(s), caseCard(s), profileCard(s), seekerCard(s), uncoverCard, handoffAlert(s),
		lineCard(s), remindCard(s), whomCard(s), briefingCard(), topicCard(s), cannedList(s),
		cannedCard(s), questionAlert(s), answeredCard, clientCard(s), photosCard(s), photoCard,
		stoppedCard(s), waitingCard(s), appealCard(s), candidateCard(), apartCard, shortlistCard(),
		dutyCard(s), teamCard(s), colleagueCard(s), assignCard(s), lateCard(s), listCard(s),
		taskCard(s), reportCard(s), checkCard(s), findingCard, answeredCheck(s), liveCard(s),
		talkCard(s), undeliveredCard, fateCard, waitsCard, takeBackCard, tookNotCard,
		introCard(s), introAgain(s), standCard(s), introductionCard(s), agreeCard(s), stopCard(s),
		proposalCard(s), fixedCard(s), detailsCard(s), remindDateCard(s), homeCard(s), howCard(s), harassedCard(s), togetherCard(s), dateCard(s),
		sosCard(s), staffSOSCard(s), seeSOSCard(s),
	}
}

func allNews(s Settings) []dialog.Notice {
	return []dialog.Notice{
		complaintUntaken(s), handoffUntaken(s), handoffFreed(s), handoffOpen(s), offerOver(s), placeMoved(s), talkBegun,
		talkUnanswered(s), talkMoved(s), newcomerCame(s), tellMatchmaker, questionDue(s), questionUntaken(s),
		talkIdle(s), talkEnded(s), talkLeft(s), undelivered(s), pictureLost, paperLapses, channelDown,
		channelUp, clientParted(s), clientErased, erasedByWish(s), forgetClient(s), copyMade(s),
		copyEnds, copyFailed, leaveEnded, ownerChanged(s), handoverNews(s), newHandler(s), alertStep(s), alertsStuck(s),
		alertsTogether(s), clockMark(s), digest(s), floorAnew(s), carriedNews, windowEnds, topicLost,
		introReminds(s), introExpires(s), introGone, packageNews(s),
		dateNudged(s), dateExpired(s), remindDate(s, dateDay), remindDate(s, dateHours), dateSilent(s), dateIsOver(s), dateAsksHome(s), dateUnheard(s), {Name: store.NewsDateGone, Play: dateGone}, dateAsksHow(s), dateSummed(s),
		sosStillOpen(s),
	}
}

// orElse gives a setting that is not set the value that stands behind it.
func orElse(d *time.Duration, otherwise time.Duration) {
	if *d <= 0 {
		*d = otherwise
	}
}

func (s Settings) filledIn() Settings {
	if s.Calendar == nil {
		s.Calendar = calendar.Always()
	}
	orElse(&s.FirstAnswer, s.Calendar.Workday())
	orElse(&s.AnswerWithin, s.Calendar.Workday())
	orElse(&s.ComeWithin, 3*time.Minute)
	orElse(&s.TalkIdle, 12*time.Hour)
	orElse(&s.RemindPapers, 14*24*time.Hour)
	orElse(&s.FileFor, 3*24*time.Hour)
	orElse(&s.CopyFor, 24*time.Hour)
	s.CopyFetches = s.MostFetches()
	if s.CopiesPerDay <= 0 {
		s.CopiesPerDay = 2
	}
	if s.MaxPicture <= 0 {
		s.MaxPicture = 10 << 20
	}
	s.Keep, s.Eligible, s.Desk = s.Keep.FilledIn(), s.Eligible.filledIn(), s.Desk.filledIn()
	if s.Knowledge == nil {
		s.Knowledge = builtInAnswers
	}
	if s.Agency == nil {
		s.Agency = func(string) dialog.Agency { return dialog.Agency{} }
	}
	if s.Guard == nil {
		s.Guard = ownRules(s.Agency)
	}
	s.Recommend = s.Recommend.filledIn()
	s.Dates = s.Dates.filledIn()
	if s.Venues == nil {
		s.Venues = builtInVenues
	}
	s.Alerts, s.Targets = s.Alerts.filledIn(), s.Targets.filledIn(s.Calendar.Workday())
	s.kinds = map[string]alarm{}
	maps.Copy(s.kinds, s.alarms()) // they know of each other
	return s
}

// MostFetches is how often a link to a copy can be used.
func (s Settings) MostFetches() int { return cmp.Or(max(s.CopyFetches, 0), 5) }

// none is what a text is about that is about nothing.
type none = struct{}

// Who is alerted.
var (
	complaintDesk = who(TakeComplaint)
	talkers       = who(TakeTalk)
)

// escalate alerts supervisors and owners; where there are none, those who were
// alerted first.
func escalate(t *dialog.Turn, l templates.Line, first []store.Role) error {
	found, err := t.Records.StaffOf(bosses...)
	if err != nil {
		return err
	}
	if len(found) > 0 {
		first = bosses
	}
	t.Alert(l, first...)
	return nil
}
