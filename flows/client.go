package flows

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/phone"
	"redthread/store"
	"redthread/templates"
)

// A colleague opens a client by writing the code, K-000012 or "客户 12", or "找" and
// a phone number. What they are shown is kept, and every photo carries their own code. It
// is played in testdata/client.zh-CN.chat; ledger.go is where papers are noted.

// openClient shows the client's card.
func openClient(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:    "client",
		Title:   titleClient,
		Reads:   func(text string) bool { return clientCode(text) != "" || wantedNumber(text) != "" },
		Staff:   who(OpenClient),
		Always:  true,
		Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			if code := clientCode(t.Event.Text); code != "" {
				return dialog.End, showClient(t, s, code)
			}
			return dialog.End, findByPhone(t, s, wantedNumber(t.Event.Text))
		},
	}
}

// clientView is what the card tells.
type clientView struct {
	Client   string
	Since    time.Time
	Left     bool // unfollowed or blocked us
	Reach    reachView
	Agreed   bool   // to the notice: without it nothing is shown
	Show     bool   // to being shown to candidates
	Profile  bool   // there is one, and who looks may read it
	Standing string // of store.Standings
	Owner    string // whose client it is; empty: nobody's
	Boss     bool   // who looks may say whose
	Photos   int
	Verified []string // papers that may be called verified now
	Missed   int      // dates to which they did not come
}

// clientCard leads to what there is of a client. Its ref is the client's code.
func clientCard(s Settings) dialog.Card[clientView] {
	return dialog.Card[clientView]{Text: clientText, Hear: pressClient(s), Staff: everyone}
}

var clientText = templates.New[clientView]("staff.client")

var (
	titleClient = templates.New[none]("title.client")

	sayNoClient    = templates.New[none]("staff.no_client")
	sayOddNumber   = templates.New[none]("staff.odd_number")
	sayLooksEnough = templates.New[int]("staff.looks_enough") // how many an hour
	sayNotAgreed   = templates.New[string]("staff.not_agreed")
	sayNoPhotos    = templates.New[string]("staff.no_photos")
)

var codeForm = regexp.MustCompile(`^(?:(?:/client|client|客户|客戶) ?:? ?(?:k ?-? ?)?|k ?-? ?)([0-9]{1,9})$`)

// clientCode reads a client's code as people type it; empty: it is none.
func clientCode(text string) string {
	m := codeForm.FindStringSubmatch(templates.Fold(text))
	if m == nil {
		return ""
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return ""
	}
	return fmt.Sprintf("K-%06d", n)
}

var wanted = regexp.MustCompile(`^(?:找|查|find)\s*(\+?[0-9][0-9 ()-]{6,24})$`)

// wantedNumber is the phone number of which somebody looks for the client.
func wantedNumber(text string) string {
	m := wanted.FindStringSubmatch(templates.Fold(text))
	if m == nil {
		return ""
	}
	return m[1]
}

// mostLooks is how many numbers a colleague may look up within an hour.
const mostLooks = 30

func findByPhone(t *dialog.Turn, s Settings, typed string) error {
	me, _ := t.Staff()
	ok, err := t.Records.Try("by_phone", mostLooks, time.Hour)
	if err != nil || !ok {
		t.Say(sayLooksEnough.With(mostLooks))
		return err
	}
	number, err := phone.Parse(typed)
	if err != nil {
		t.Say(sayOddNumber.With(none{}))
		return nil
	}
	c, err := t.Records.FindByPhone(number)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := t.Records.NoteReveal(me, c.ID, store.RevealByPhone); err != nil {
		return err
	}
	if c.ID == 0 {
		t.Say(sayNoClient.With(none{}))
		return nil
	}
	return showClient(t, s, c.Code())
}

func showClient(t *dialog.Turn, s Settings, code string) error {
	c, ok, err := known(t, code)
	if !ok {
		return err
	}
	v, err := viewOfClient(t, c)
	if err != nil {
		return err
	}
	me, _ := t.Staff()
	t.Say(clientCard(s).For(c.Code(), v))
	return t.Records.NoteReveal(me, c.ID, store.RevealCard)
}

func viewOfClient(t *dialog.Turn, c store.Client) (v clientView, err error) {
	v = clientView{Client: c.Code(), Since: c.ArrivedAt, Left: !c.LeftAt.IsZero(), Standing: c.Standing.String(), Boss: iMay(t, AssignClient)}
	if v.Reach, err = reachOf(t, c); err != nil {
		return v, err
	}
	owner, err := t.Records.Owner(c)
	if ignoreNotFound(err) != nil {
		return v, err
	}
	v.Owner = owner.Name
	if v.Missed, err = t.Records.NoShows(c.ID); err != nil {
		return v, err
	}
	notice, err := t.Records.Consent(c.ID, store.ConsentNotice)
	if err != nil || !notice.Given() {
		return v, err
	}
	v.Agreed = true
	if v.Show, err = t.Records.MayShow(c.ID); err != nil {
		return v, err
	}
	if v.Profile, err = hasSeeker(t, c); err != nil {
		return v, err
	}
	all, err := t.Records.Photos(c.ID)
	if err != nil {
		return v, err
	}
	v.Photos = len(all)
	papers, err := t.Records.Verifications(c.ID)
	for _, p := range papers {
		if p.Valid(t.Now()) {
			v.Verified = append(v.Verified, string(p.Paper))
		}
	}
	return v, err
}

func pressClient(s Settings) func(t *dialog.Turn, ref, choice string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		t.Keep()
		c, ok, err := known(t, ref)
		if !ok {
			return err
		}
		switch choice {
		case "profile":
			return showSeeker(t, s, c)
		case "match":
			return openMatch(t, c)
		case "photos":
			return showPhotos(t, s, c)
		case "again":
			return showClient(t, s, ref)
		case "assign":
			return showAssign(t, s, c)
		}
		t.Open(verifyFlow)
		return nil
	}
}

// gone tells a colleague that what a card is about is no longer there.
func gone(t *dialog.Turn, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		t.Say(sayNoPaper.With(none{}))
		return nil
	}
	return err
}

// only is the error of reading a paper that is nothing to the reader: for them there
// is none.
func only(theirs bool, err error) error {
	if err == nil && !theirs {
		return store.ErrNotFound
	}
	return err
}

// photosView is what the card under a client's photos tells.
type photosView struct {
	Client, Viewer string
	All            []int // 1, 2, 3 …
	Links          bool  // they can be had as links
}

// photosCard comes with a client's photos. Its ref is the client's code.
func photosCard(s Settings) dialog.Card[photosView] {
	return dialog.Card[photosView]{Text: photosText, Hear: pressPhotos(s), Staff: who(SeePhotos)}
}

// photoCard is about a single photo, to be looked at closely or taken out. Its
// ref is the photo's number and the client's code.
var photoCard = dialog.Card[photoView]{Text: photoText, Hear: pressPhoto, Staff: who(SeePhotos)}

type photoView struct {
	Client string
	N      int
}

var (
	photosText    = templates.New[photosView]("staff.photos")
	photoText     = templates.New[photoView]("staff.photo")
	sayLinks      = templates.New[linksView]("staff.links")
	sayTakenOut   = templates.New[string]("staff.photo_out")
	sayWasPaper   = templates.New[none]("photos.was_paper")
	sayPhotoStays = templates.New[none]("staff.photo_stays")
)

// linkLasts is how long a link opens its photo.
const linkLasts = 30 * time.Minute

type linksView struct {
	Client string
	Links  []string
	Until  time.Time
}

// showPhotos shows a colleague a client's photos, each with the colleague's code
// across it, and keeps that they were shown.
func showPhotos(t *dialog.Turn, s Settings, c store.Client) error {
	me, _ := t.Staff()
	all, ok, err := photosForMe(t, c)
	if err != nil || !ok {
		return err
	}
	v := photosView{Client: c.Code(), Viewer: me.Code(), Links: s.PhotoLink != nil}
	for i := range all {
		v.All = append(v.All, i+1)
	}
	t.Show(photosCard(s).For(c.Code(), v), bot.Sheet(unmarked(all)...).For(me.Code()))
	return nil
}

// unmarked takes the viewer off again, for a sheet that is marked as a whole.
func unmarked(all []bot.MediaID) (pictures []bot.MediaID) {
	for _, id := range all {
		picture, _ := id.Viewer()
		pictures = append(pictures, picture)
	}
	return pictures
}

// photosForMe are a client's photos for the colleague whose turn it is; ok is
// false when there is nothing to be shown, and the reason said.
func photosForMe(t *dialog.Turn, c store.Client) (all []bot.MediaID, ok bool, err error) {
	me, _ := t.Staff()
	if all, err = t.Records.PhotosFor(c.ID, me.Code()); err != nil {
		return nil, false, err
	}
	if len(all) > 0 {
		return all, true, t.Records.NoteReveal(me, c.ID, store.RevealPhotos)
	}
	notice, err := t.Records.Consent(c.ID, store.ConsentNotice)
	if notice.Given() {
		t.Say(sayNoPhotos.With(c.Code()))
	} else {
		t.Say(sayNotAgreed.With(c.Code()))
	}
	return nil, false, err
}

func pressPhotos(s Settings) func(t *dialog.Turn, ref, choice string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		t.Keep()
		c, ok, err := known(t, ref)
		if !ok {
			return err
		}
		marked, ok, err := photosForMe(t, c)
		if err != nil || !ok {
			return err
		}
		all, err := t.Records.Photos(c.ID)
		if err != nil {
			return err
		}
		if _, i, ok := templates.Index(choice); ok && i < len(all) {
			t.Show(photoCard.For(all[i].Number()+" "+c.Code(), photoView{c.Code(), i + 1}), marked[i])
			return nil
		}
		if choice == "link" && s.PhotoLink != nil {
			return sendLinks(t, s, c, all)
		}
		return gone(t, store.ErrNotFound)
	}
}

func sendLinks(t *dialog.Turn, s Settings, c store.Client, all []store.Photo) error {
	me, _ := t.Staff()
	v := linksView{Client: c.Code(), Until: t.Now().Add(linkLasts)}
	for _, p := range all {
		token, err := t.Records.PhotoLink(p, me.Code(), v.Until)
		if err != nil {
			return err
		}
		v.Links = append(v.Links, s.PhotoLink(token))
	}
	t.Say(sayLinks.With(v))
	return nil
}

// pressPhoto takes a photo out that is a picture of a paper, or should not be
// there; the client is told, and what to do with papers.
func pressPhoto(t *dialog.Turn, ref, choice string) error {
	if choice != "out" {
		t.Say(sayPhotoStays.With(none{}))
		return nil
	}
	number, code, _ := strings.Cut(ref, " ")
	c, ok, err := known(t, code)
	if !ok {
		return err
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(number, "P-"), 10, 64)
	if err != nil {
		return gone(t, store.ErrNotFound)
	}
	ok, err = t.Records.RemovePhoto(c.ID, id)
	if err != nil || !ok {
		return errors.Join(err, gone(t, store.ErrNotFound))
	}
	t.Say(sayTakenOut.With(c.Code()))
	t.Tell(c.Conversation, c.Lang, sayWasPaper.With(none{}))
	me, _ := t.Staff()
	return t.Records.Audit(me.Actor(), store.Entry{Action: store.AuditPhotoOut, Client: c.ID, Detail: number})
}
