package flows

import (
	"fmt"
	"slices"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// After a leak the clients whom it concerns are told, and the authority (PIPL 57): which
// kinds of data, why, what may come of it, what has been done, what they can do, and
// whom they can ask. What the program cannot know stands in the drafts as a gap to be
// filled in. `redthread incident` writes them.

// noticeToClient is what a client is told. Client is the code; the name is for the
// agency to write.
type noticeToClient struct {
	Agency   dialog.Agency
	Client   string
	Kinds    []string // of store.LeakKinds
	From, To time.Time
}

// Identity says that name and number are among it.
func (n noticeToClient) Identity() bool { return slices.Contains(n.Kinds, store.LeakIdentity) }

// Photos says that photos are among it.
func (n noticeToClient) Photos() bool { return slices.Contains(n.Kinds, store.LeakPhotos) }

// Seen says that it shows who somebody is, or looks like.
func (n noticeToClient) Seen() bool { return n.Photos() || slices.Contains(n.Kinds, store.LeakProfile) }

// Told says that it holds what they told us in confidence.
func (n noticeToClient) Told() bool {
	return slices.ContainsFunc(n.Kinds, func(kind string) bool {
		return slices.Contains([]string{store.LeakTalks, store.LeakComplaints, store.LeakFeedback, store.LeakSafety}, kind)
	})
}

// Met says that it tells whom they meet, and where.
func (n noticeToClient) Met() bool {
	return slices.Contains(n.Kinds, store.LeakDates) || slices.Contains(n.Kinds, store.LeakIntros)
}

// noticeToAuthority is what the authority is told.
type noticeToAuthority struct {
	Agency   dialog.Agency
	People   int
	Erased   int // of them whom we cannot tell: their data have been erased since
	Kinds    []leaked
	From, To time.Time
}

// leaked is of how many clients data of a kind have leaked.
type leaked struct {
	Kind   string
	People int
}

var (
	clientNotice    = templates.New[noticeToClient]("incident.client")
	authorityNotice = templates.New[noticeToAuthority]("incident.authority")

	// incidentKinds names the kinds, by its buttons.
	_ = templates.New[none]("incident.kinds")
)

// Draft is a text to be looked through, filled in and sent.
type Draft struct {
	Client string // the code; empty: to the authority
	Lang   string
	Text   string
}

// Drafts are the notices of an incident, to each client and to the authority, in each
// language. Whose data are erased cannot be told.
func Drafts(set *templates.Set, agency func(lang string) dialog.Agency, found []store.Affected, from, to time.Time) (all []Draft, err error) {
	for _, lang := range templates.Languages {
		add := func(client string, l templates.Line) {
			m, e := set.Render(lang, l)
			if e != nil && err == nil {
				err = fmt.Errorf("flows: draft a notice: %w", e)
			}
			all = append(all, Draft{client, lang, m.Text})
		}
		report := noticeToAuthority{Agency: agency(lang), From: from, To: to, People: len(found)}
		for _, kind := range store.LeakKinds {
			n := 0
			for _, a := range found {
				if slices.Contains(a.Kinds, kind) {
					n++
				}
			}
			if n > 0 {
				report.Kinds = append(report.Kinds, leaked{kind, n})
			}
		}
		for _, a := range found {
			if !a.Client.ErasedAt.IsZero() {
				report.Erased++
				continue
			}
			first, last := a.First, a.Last
			if first.IsZero() {
				first, last = from, to
			}
			add(a.Client.Code(), clientNotice.With(noticeToClient{agency(lang), a.Client.Code(), a.Kinds, first, last}))
		}
		add("", authorityNotice.With(report))
	}
	return all, err
}
