package flows_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"redthread/flows"
)

// toClients are all texts that one person's turn sends into another's chat, and
// whose words are in them. Who adds one decides here: a colleague's own words go
// through Settings.utter, which asks the guard.
var toClients = map[string]string{
	"sayFromStaff": "guarded: talk",
	"sayFile":      "guarded: talk",
	"sayAnswered":  "guarded: answer",

	"toClient": "fixed; in the card of an introduction the matchmaker's words, which unfitWords has read",

	"sayInCharge":    "fixed, and the colleague's name",
	"sayStep":        "fixed, and the colleague's name",
	"sayNowWith":     "fixed, and the colleague's name",
	"sayCame":        "fixed, and the colleague's name",
	"sayPaperNoted":  "fixed, and the colleague's name",
	"sayWasPaper":    "fixed",
	"sayLinkedThere": "fixed",
	"sayMateLeft":    "fixed, and the colleague's name",

	"sayCameFirst":   "to a colleague",
	"sayPledgeFirst": "to a colleague",

	"sayNotYoursNow": "to a colleague",
	"sayYourClient":  "to a colleague",
	"said":           "to a colleague",
	"sayTopicLeft":   "to a colleague",
	"sayLeaveOver":   "to a colleague",
	"sayDutySet":     "to a colleague",
	"saySOSTaken":    "our own words",
	"saySOSClosed":   "our own words",

	"sayWhisper":      "to a colleague",
	"sayCheckClosed":  "to a colleague",
	"sayTaskAccepted": "to a colleague",
	"sayTaskStands":   "to a colleague",
	"sayTaskRefused":  "to a colleague",
	"sayTaskDone":     "to a colleague",
	"taskCard":        "to a colleague",
	"reportCard":      "to a colleague",

	"handoffAlert":  "to a colleague",
	"remindCard":    "to a colleague",
	"briefingCard":  "to colleagues",
	"sayWith":       "to colleagues",
	"sayTakenFrom":  "to a colleague",
	"sayNewcomer":   "to a colleague",
	"sayNotPassed":  "to a colleague",
	"theirs":        "to a colleague",
	"l":             "to colleagues",
	"line":          "to colleagues",
	"sayTopicLost":  "to a colleague",
	"sayWindowEnds": "to a colleague",

	"sayHanded":      "to a colleague",
	"sayJoinedThere": "to a colleague",
	"caseCard":       "to a colleague",
	"questionAlert":  "to a colleague",
}

var (
	tells   = regexp.MustCompile(`\.(?:Tell|Inform)\((\S+), \S+, (\w+)`)
	carries = regexp.MustCompile(`\.Carry\((dialog\.Parcel)\{[^}]*?Line: (\w+)`)
)

// TestEveryWayToAClientIsKnown reads the flows for what is told in another chat.
func TestEveryWayToAClientIsKnown(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found, guarded := map[string]bool{}, []string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		told := strings.Count(string(src), ".Tell(") + strings.Count(string(src), ".Inform(")
		if n := len(tells.FindAll(src, -1)); n != told {
			t.Errorf("%s: Tell and Inform are called %d times, and %d can be read", file, told, n)
		}
		if n := len(carries.FindAll(src, -1)); n != strings.Count(string(src), ".Carry(") {
			t.Errorf("%s: Carry is called %d times, and %d can be read", file, strings.Count(string(src), ".Carry("), n)
		}
		for _, m := range append(tells.FindAllSubmatch(src, -1), carries.FindAllSubmatch(src, -1)...) {
			text := string(m[2])
			found[text] = true
			way, known := toClients[text]
			if !known {
				t.Errorf("%s tells %s in another chat: say in toClients whose words are in it", file, text)
			}
			if outlet, ok := strings.CutPrefix(way, "guarded: "); ok {
				guarded = append(guarded, outlet)
			}
		}
	}
	for text := range toClients {
		if !found[text] {
			t.Errorf("%s is told no more", text)
		}
	}
	slices.Sort(guarded)
	guarded = slices.Compact(guarded)
	if outlets := slices.Sorted(maps.Keys(flows.Outlets())); !slices.Equal(guarded, outlets) {
		t.Errorf("guarded texts go by %v, the outlets are %v: another way leads past the guard", guarded, outlets)
	}
}
