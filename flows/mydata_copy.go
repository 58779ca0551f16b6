package flows

import (
	"errors"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A client asks for a copy of everything we keep of them (PIPL 45). Anybody may
// hold their phone, so it is asked once more, and the file opens with a password
// only. It is made outside the talk and then handed over: as a file where the
// platform carries files, else as a link that ends. It is played in
// testdata/copy.*.chat; mydata_document.go is what stands in the file.
func copying(s Settings) dialog.Flow[copyView] {
	return dialog.Flow[copyView]{
		Name:    copyFlow,
		Title:   titleCopy,
		Opens:   openCopy,
		Idle:    10 * time.Minute,
		Always:  true,
		Passing: true,
		Begin:   beginCopy(s),
		Steps: []dialog.Step[copyView]{
			{Name: "sure", Ask: askCopy, Want: dialog.Button, Hear: confirmCopy(s)},
		},
	}
}

// copyFlow is opened by doors of other texts, too.
const copyFlow = "copy"

// copyView is what the texts may tell of a copy.
type copyView struct {
	Number  string
	File    bool // it comes as a file, not as a link
	Link    string
	Fetches int           // how often the link can be used
	For     time.Duration // how long the link is good
	Until   time.Time
	LeftOut int // pictures that there was no room for
	PerDay  int
	Again   time.Time // when another one can be had
	Name    string    // what little we keep, when it is nothing else
	Since   time.Time
	Channel string
}

var (
	titleCopy = templates.New[none]("title.copy")
	openCopy  = templates.NewWords("open.copy")

	askCopy         = templates.New[copyView]("copy.sure")
	sayCopyBegun    = templates.New[copyView]("copy.begun")
	sayCopyNot      = templates.New[none]("copy.not")
	sayCopyInWork   = templates.New[none]("copy.in_work")
	sayCopyEnough   = templates.New[copyView]("copy.enough")
	sayCopyNothing  = templates.New[copyView]("copy.nothing")
	sayCopyNoWay    = templates.New[none]("copy.no_way")
	sayCopyStaff    = templates.New[none]("copy.staff")
	sayCopyFile     = templates.New[copyView]("copy.file")
	sayCopyLink     = templates.New[copyView]("copy.link")
	sayCopyPassword = templates.New[string]("copy.password") // the password
	sayCopyFailed   = templates.New[none]("copy.failed")
	alertCopyFailed = templates.New[copyView]("staff.copy_failed")
)

func beginCopy(s Settings) func(*dialog.Turn, *copyView) (dialog.Move, error) {
	return func(t *dialog.Turn, v *copyView) (dialog.Move, error) {
		if _, ok := t.Staff(); ok {
			t.Say(sayCopyStaff.With(none{}))
			return dialog.End, nil
		}
		ok, err := mayCopy(t, s)
		if err != nil || !ok {
			return dialog.End, err
		}
		way, err := copyWay(t, s)
		v.File, v.Fetches, v.For = way == asFile, s.CopyFetches, s.CopyFor
		return dialog.Next, err
	}
}

// mayCopy says whether a copy can be made now; if not, the client is told why.
func mayCopy(t *dialog.Turn, s Settings) (bool, error) {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return false, err
	}
	switch any, err := t.Records.AnythingKept(me.ID); {
	case err != nil:
		return false, err
	case !any:
		t.Say(sayCopyNothing.With(copyView{Name: me.Name, Since: me.ArrivedAt, Channel: me.Conversation.Channel}))
		return false, nil
	}
	if way, err := copyWay(t, s); way == noWay || err != nil {
		t.Say(sayCopyNoWay.With(none{}))
		return false, err
	}
	recent, err := t.Records.CopiesSince(me.ID, t.Now().Add(-copyDay))
	if err != nil {
		return false, err
	}
	if n := len(recent); n > 0 && recent[n-1].State == store.CopyWanted {
		t.Say(sayCopyInWork.With(none{}))
		return false, nil
	}
	if over := len(recent) - s.CopiesPerDay; over >= 0 {
		t.Say(sayCopyEnough.With(copyView{PerDay: s.CopiesPerDay, Again: recent[over].AskedAt.Add(copyDay)}))
		return false, nil
	}
	return true, nil
}

const copyDay = 24 * time.Hour

// How a copy comes to the client.
type handing int

const (
	noWay handing = iota
	asFile
	asLink
)

// copyWay is how a copy can be handed over in this chat. What passes through
// Telegram goes abroad: without the consent to that it does not, even sealed, and
// is fetched from us.
func copyWay(t *dialog.Turn, s Settings) (handing, error) {
	if t.Event.From.Channel == "telegram" {
		abroad, _, err := consentOf(t, store.ConsentAbroad)
		if err != nil || abroad.Given() {
			return asFile, err
		}
	}
	if s.CopyLink == nil {
		return noWay, nil
	}
	return asLink, nil
}

func confirmCopy(s Settings) func(*dialog.Turn, *copyView) (dialog.Move, error) {
	return func(t *dialog.Turn, v *copyView) (dialog.Move, error) {
		if t.Choice() != "yes" {
			t.Say(sayCopyNot.With(none{}))
			return dialog.End, nil
		}
		if ok, err := mayCopy(t, s); err != nil || !ok { // the other chat was faster
			return dialog.End, err
		}
		_, err := t.Records.AskCopy(t.Lang())
		if err == nil {
			t.Say(sayCopyBegun.With(*v))
		}
		return dialog.End, err
	}
}

// copyMade hands a copy over: the file or the link first, then the password, in a
// message of its own, so that neither opens anything alone.
func copyMade(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsCopyMade, Play: func(t *dialog.Turn, ref string) error {
		way, err := copyWay(t, s)
		if err != nil {
			return err
		}
		if way == noWay { // the consent was withdrawn while it was being made
			t.Say(sayCopyNoWay.With(none{}))
			return t.Records.EndCopy(ref)
		}
		until := t.Now().Add(s.CopyFor)
		c, password, token, err := t.Records.GiveCopy(ref, way == asLink, until)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		v := copyView{Number: c.Number(), Fetches: s.CopyFetches, For: s.CopyFor, Until: until, LeftOut: c.LeftOut}
		if way == asFile {
			t.Hand(sayCopyFile.With(v), bot.Document{ID: c.Media, Name: "my-data-" + c.Number() + ".zip"})
		} else {
			v.Link = s.CopyLink(token)
			t.Say(sayCopyLink.With(v))
		}
		t.Say(sayCopyPassword.With(password))
		t.Later(store.CopyEnds, ref, until)
		return nil
	}}
}

// copyEnds erases the file when its time is over.
var copyEnds = dialog.Notice{Name: store.CopyEnds, Play: func(t *dialog.Turn, ref string) error { return t.Records.EndCopy(ref) }}

// copyFailed tells the client, and those who can do something about it.
var copyFailed = dialog.Notice{Name: store.NewsCopyFailed, Play: func(t *dialog.Turn, ref string) error {
	c, err := t.Records.DataCopy(ref)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t.Say(sayCopyFailed.With(none{}))
	return escalate(t, alertCopyFailed.With(copyView{Number: c.Client.Code()}), complaintDesk)
}}
