package main

import (
	"cmp"
	"os"
	"os/user"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"redthread/store"
)

// Every command that shows something of clients, or changes what is kept, stands in
// the audit log under the name of the machine's user. Most are put there as a whole
// when they open the store; those below are not.

// ownRecord names commands whose deed is in the log by itself, with what it was about.
var ownRecord = map[string]bool{
	"staff invite": true, "staff revoke": true, "staff handover": true, "staff assign": true,
	"client hold": true, "client release": true, "client unlink": true, "client standing": true,
	"keys reindex": true,
}

// notRecorded says of each command that is not on record why not.
var notRecorded = map[string]string{
	"serve":              "what is done while it runs is on record by itself",
	"check":              "reads no client's data, and changes nothing",
	"migrate up":         "the log may not be there yet",
	"migrate status":     "reads no client's data, and the log may not be there yet",
	"webhook set":        "about the platforms",
	"webhook status":     "about the platforms",
	"webhook delete":     "about the platforms",
	"menu push":          "about the platforms",
	"menu show":          "about the platforms",
	"keys create":        "there is no store yet",
	"keys list":          "tells the keys' numbers, and nothing sealed",
	"texts":              "shows the built-in texts",
	"config example":     "shows what everybody may read",
	"config print":       "hides what is secret",
	"version":            "says which release it is",
	"sbom":               "says what it is made of",
	"audit head":         "what it prints is to be noted every day",
	"audit verify":       "proves the log as it is",
	"candidates rebuild": "makes codes of what is kept, and shows nothing",
	"knowledge check":    "about the agency's own words",
	"knowledge list":     "about the agency's own words",
	"knowledge copy":     "about the agency's own words",
	"knowledge ask":      "about the agency's own words",
	"knowledge eval":     "about the agency's own words",
	"venues check":       "about the agency's own places to meet",
	"venues copy":        "about the agency's own places to meet",
	"guard check":        "about the agency's own rules",
	"guard eval":         "about the agency's own rules",
	"guard copy":         "about the agency's own rules",
}

// commandOf is what a command is called: "staff list".
func commandOf(n *kong.Node) string {
	var names []string
	for ; n != nil && n.Parent != nil; n = n.Parent {
		names = append([]string{n.Name}, names...)
	}
	return strings.Join(names, " ")
}

// operator is who calls the command; for the running program, nobody.
func operator(t *terminal) store.Actor {
	if t.command == "serve" {
		return store.Actor{}
	}
	if u, err := user.Current(); err == nil {
		return store.Operator(u.Username)
	}
	return store.Operator(cmp.Or(os.Getenv("USER"), "unknown"))
}

// paperForm is how clients, colleagues and papers are called.
var paperForm = regexp.MustCompile(`^[A-Z]-[0-9]{6,}$`)

// putOnRecord notes that the command was called, and for which papers.
func putOnRecord(t *terminal, s *store.Store) error {
	if ownRecord[t.command] || notRecorded[t.command] != "" {
		return nil
	}
	e := store.Entry{Action: "operator." + strings.ReplaceAll(t.command, " ", "_")}
	for _, a := range t.args {
		if _, value, ok := strings.Cut(a, "="); ok {
			a = value
		}
		switch {
		case paperForm.MatchString(a) && e.Subject == "":
			e.Subject, e.Client = a, store.ClientOf(a)
		case paperForm.MatchString(a), isNumber.MatchString(a):
			e.Detail = strings.TrimSpace(e.Detail + " " + a)
		}
	}
	return s.Audit(t, e)
}

var isNumber = regexp.MustCompile(`^[0-9]{1,12}$`)
