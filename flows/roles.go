package flows

import (
	"slices"
	"strings"

	"redthread/bot/dialog"
	"redthread/store"
)

// Who may do what, in one table. Cards and conversations of colleagues take their
// roles from it, the engine asks it before a button is played, and docs/roles.md is
// printed from it. Whose client somebody is, access.go looks at besides.

// Action is something that a colleague can do. Its name stands in docs/roles.md
// and in the log.
type Action string

// The actions.
const (
	OpenClient       Action = "open_client"
	ReadProfile      Action = "read_profile"
	UncoverContact   Action = "uncover_contact"
	SeePhotos        Action = "see_photos"
	NotePapers       Action = "note_papers"
	FindMatches      Action = "find_matches"
	TakeTalk         Action = "take_talk"
	RecommendClients Action = "recommend_clients"
	SeePackages      Action = "see_packages"
	SetPackage       Action = "set_package"
	HaveTalks        Action = "have_talks"
	WriteNotes       Action = "write_notes"
	SendCanned       Action = "send_canned"
	WriteCanned      Action = "write_canned"
	DecideOwnWords   Action = "decide_own_words"
	LetWordsPass     Action = "let_words_pass"
	TakeComplaint    Action = "take_complaint"
	AnswerQuestion   Action = "answer_question"
	PromoteAnswer    Action = "promote_answer"
	HaveClients      Action = "have_clients"
	KeepDuty         Action = "keep_duty"
	KeepPledge       Action = "keep_pledge"
	LeadTeam         Action = "lead_team"
	AssignClient     Action = "assign_client"
	HearAlerts       Action = "hear_alerts"
	AskTask          Action = "ask_task"
	CheckWork        Action = "check_work"
	WatchFloor       Action = "watch_floor"
	EndAccess        Action = "end_access"
	ArrangeDates     Action = "arrange_dates"
	AnswerSOS        Action = "answer_sos"
)

// right is one line of the table.
type right struct {
	action Action
	means  string // as docs/roles.md says it
	roles  []store.Role

	// doors lead to it: "flow:NAME" is a conversation, "CARD" all buttons of a
	// card, "CARD/choice" one of them, which goes before the card's own line.
	doors []string
}

var (
	everyone    = store.Roles
	bosses      = []store.Role{store.RoleSupervisor, store.RoleOwner}
	matchmakers = []store.Role{store.RoleMatchmaker, store.RoleSupervisor, store.RoleOwner}
	service     = []store.Role{store.RoleService, store.RoleSupervisor, store.RoleOwner}
)

var rights = []right{
	{OpenClient, "open a client's card by number or phone number", everyone, []string{"flow:client", "staff.client/again"}},
	{ReadProfile, "read a profile, without name, employer and phone number", matchmakers, []string{"staff.profile", "staff.seeker", "staff.client/profile"}},
	{UncoverContact, "see name, employer and phone number; confirm the number", matchmakers, []string{"staff.seeker/contact", "flow:uncover", "staff.seeker_uncovered"}},
	{SeePhotos, "see photos, take one out", everyone, []string{"staff.client/photos", "staff.photos", "staff.photo"}},
	{NotePapers, "see and note which papers were verified", everyone, []string{"flow:verify", "staff.client/papers"}},
	{FindMatches, "look for candidates, keep a shortlist, keep two apart", matchmakers, []string{"flow:match", "flow:shortlist", "staff.client/match", "staff.candidate", "staff.kept_apart", "staff.shortlist"}},
	{RecommendClients, "bring two clients together: send a recommendation, agree to a colleague's, take it back", matchmakers, []string{"flow:recommend", "staff.candidate/recommend", "staff.introduction", "staff.intro_agree", "staff.intro_stop"}},
	{SeePackages, "see what a client has paid for", matchmakers, []string{"flow:package"}},
	{SetPackage, "set what a client has paid for", bosses, nil},
	{TakeTalk, "talk with a client who asked for a person", everyone, []string{"staff.handoff", "talk.topic_note", "flow:following", "delivery.failed", "delivery.waits", "delivery.take_back", "delivery.took_not", "flow:taking_back", "flow:correcting"}},
	{HaveTalks, "turn to a client of one's own, say for whom words are", everyone, []string{"flow:talk_to", "talk.from_client", "talk.remind", "talk.whom"}},
	{WriteNotes, "write notes about clients", everyone, []string{"flow:note", "flow:note_about", "talk.briefing"}},
	{SendCanned, "look for ready replies, send one", everyone, []string{"flow:canned", "canned.list", "canned.one"}},
	{WriteCanned, "write, change and retire ready replies", bosses, []string{"flow:write_canned", "canned.one/edit", "canned.one/remove"}},
	{DecideOwnWords, "change, drop or appeal for own words that were held back", everyone, []string{"guard.stopped", "guard.asked"}},
	{LetWordsPass, "let held words pass, or refuse them", bosses, []string{"guard.stopped/send", "guard.appeal", "flow:refuse_words"}},
	{TakeComplaint, "take a complaint, see its evidence, note its steps", service, []string{"staff.complaint", "staff.case"}},
	{AnswerQuestion, "answer a client's question", everyone, []string{"staff.question", "flow:answer"}},
	{HaveClients, "have clients of their own, and open those who are nobody's", matchmakers, nil},
	{AssignClient, "make somebody a matchmaker's client", bosses, []string{"staff.client/assign", "staff.assign"}},
	{KeepDuty, "come to work, go home, go on leave; set own capacity and languages", everyone, []string{"flow:duty", "flow:on_duty", "flow:off_duty", "flow:leave", "flow:capacity", "flow:langs", "staff.duty"}},
	{KeepPledge, "confirm the pledge of secrecy, read it again", everyone, []string{"flow:pledge", "flow:my_pledge"}},
	{LeadTeam, "see who is at work and what they have in hand; set others' duty and figures", bosses, []string{"flow:team", "staff.team", "staff.colleague"}},
	{HearAlerts, "open what one is alerted to, open a paper by its number, name who stands in", everyone, []string{"alert.list", "clock.late", "staff.undelivered", "flow:paper", "flow:backup", "check.finding", "flow:rectify"}},
	{AskTask, "ask a colleague for something; accept, refuse, report and judge tasks of one's own", everyone, []string{"flow:task", "flow:tasks", "flow:refuse_task", "flow:report_task", "task.card", "task.report"}},
	{CheckWork, "look at finished work that was drawn by lot, and mark it", bosses, []string{"flow:checks", "flow:score", "check.card", "check.rectified"}},
	{WatchFloor, "see who waits and talks, read a talk, whisper to a colleague, take a talk over", bosses, []string{"flow:live", "flow:whisper", "live.floor", "live.talk"}},
	{EndAccess, "end a colleague's access and hand over what they had in hand; an owner's: owners alone", bosses, []string{"flow:leaving", "staff.colleague/leaving"}},
	{ArrangeDates, "arrange dates, read what both said after one, set the next step", matchmakers, []string{"flow:propose_date", "staff.date"}},
	{AnswerSOS, "answer a client's call for help; sees whom to call", everyone, []string{"staff.sos", "staff.sos_hand"}},
	{PromoteAnswer, "put an answer among the approved ones", bosses, []string{"staff.answered"}},
}

// lineOf is the action's line of the table.
func lineOf(a Action) right {
	i := slices.IndexFunc(rights, func(r right) bool { return r.action == a })
	if i < 0 {
		panic("flows: no line in the table of rights for " + string(a)) // found by any test
	}
	return rights[i]
}

// who lists the roles that may do something.
func who(a Action) []store.Role { return lineOf(a).roles }

// may says that a role may do something.
func may(role store.Role, a Action) bool { return slices.Contains(who(a), role) }

// iMay says that the colleague whose turn it is may do something.
func iMay(t *dialog.Turn, a Action) bool {
	me, ok := t.Staff()
	return ok && may(me.Role, a)
}

// behind is the action to which a door leads; false: there is none.
func behind(door string) (Action, bool) {
	card, _, _ := strings.Cut(door, "/")
	for _, name := range []string{door, card} {
		for _, r := range rights {
			if slices.Contains(r.doors, name) {
				return r.action, true
			}
		}
	}
	return "", false
}

// mayPress says that a role may press a button of a colleagues' card.
func mayPress(role store.Role, card, choice string) bool {
	a, ok := behind(card + "/" + strings.TrimRight(choice, ".0123456789"))
	return ok && may(role, a)
}

// actionOf is the action for which something was refused, by the name of a flow or of
// a card's button.
func actionOf(what string) string {
	for _, door := range []string{strings.TrimRight(what, ".0123456789"), "flow:" + what} {
		if a, ok := behind(door); ok {
			return string(a)
		}
	}
	return "own_clients"
}

// isBoss says that a colleague sees every case.
func isBoss(s store.Staff) bool { return slices.Contains(bosses, s.Role) }
