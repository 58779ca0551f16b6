package flows

import (
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A client looks after the photos of their profile: sends some, looks at them,
// chooses the main one, takes one out. It is played in testdata/photos.*.chat;
// client.go is where colleagues look at them.
func photos(s Settings) dialog.Flow[gallery] {
	return dialog.Flow[gallery]{
		Name:    "photos",
		Title:   titlePhotos,
		Opens:   openPhotos,
		Idle:    24 * time.Hour,
		Passing: true,
		Needs:   needsProfile,
		Begin:   func(t *dialog.Turn, a *gallery) (dialog.Move, error) { return dialog.Next, a.count(t) },
		Steps: []dialog.Step[gallery]{
			{Name: "album", Ask: askAlbum, Want: dialog.Button.Or(dialog.Anything), Hear: tendAlbum(s), To: []dialog.StepName{"main", "remove"}},
			{Name: "main", Ask: askMain, Want: dialog.Button, Hear: chooseMain},
			{Name: "remove", Ask: askRemove, Want: dialog.Button, Hear: removePhoto},
		},
	}
}

// gallery is what the texts can tell of a client's photos.
type gallery struct {
	All   []int     // 1, 2, 3 …
	IDs   []int64   // of the photos that were counted so
	Shown time.Time // when the newest picture came
	Added bool      // one has just been taken, and more may be on their way
}

// Full says that no more photos can be taken.
func (a gallery) Full() bool { return len(a.All) >= store.MostPhotos }

var (
	titlePhotos = templates.New[none]("title.photos")
	openPhotos  = templates.NewWords("open.photos")

	askAlbum  = templates.New[gallery]("photos.album")
	askMain   = templates.New[gallery]("photos.main")
	askRemove = templates.New[gallery]("photos.remove")

	sayAlbum      = templates.New[int]("photos.shown") // how many
	sayMain       = templates.New[none]("photos.main_chosen")
	sayRemoved    = templates.New[none]("photos.removed")
	sayPhotosDone = templates.New[int]("photos.done")
	sayPhotosFull = templates.New[none]("photos.full")
	sayNotAPhoto  = templates.New[notAPhoto]("photos.not_a_photo")
	sayNoPapers   = templates.New[none]("photos.no_papers")
)

// notAPhoto is what was sent instead of a photo.
type notAPhoto struct {
	Kind bot.MediaKind // empty: words
	MB   int64         // a picture larger than so many
}

// count brings the gallery up to date.
func (a *gallery) count(t *dialog.Turn) error {
	mine, err := myPhotos(t)
	a.All, a.IDs = nil, nil
	for i, p := range mine {
		a.All, a.IDs = append(a.All, i+1), append(a.IDs, p.ID)
	}
	return err
}

func myPhotos(t *dialog.Turn) ([]store.Photo, error) {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return nil, err
	}
	return t.Records.Photos(me.ID)
}

func tendAlbum(s Settings) func(*dialog.Turn, *gallery) (dialog.Move, error) {
	return func(t *dialog.Turn, a *gallery) (dialog.Move, error) {
		a.Added = false
		switch t.Choice() {
		case "done":
			t.Say(sayPhotosDone.With(len(a.All)))
			return dialog.End, nil
		case "see":
			return dialog.Again, a.show(t)
		case "main", "remove":
			return dialog.Visit(dialog.StepName(t.Choice())), a.show(t)
		}
		more := t.Now().Sub(a.Shown) <= album // of an album that has been answered
		a.Shown = t.Now()
		full := a.Full()
		kept, err := keepShown(t, s)
		if err != nil {
			return dialog.Again, err
		}
		a.Added = kept > 0
		if err := a.count(t); err != nil {
			return dialog.Again, err
		}
		if more && len(t.Event.Media) > 0 && a.Full() == full {
			return dialog.Stay, nil
		}
		return dialog.Again, nil
	}
}

// show shows a client their own photos, unmarked, as one picture.
func (a *gallery) show(t *dialog.Turn) error {
	if err := a.count(t); err != nil || len(a.All) == 0 {
		return err
	}
	mine, err := myPhotos(t)
	var all []bot.MediaID
	for _, p := range mine {
		all = append(all, p.Media)
	}
	t.Show(sayAlbum.With(len(all)), bot.Sheet(all...))
	return err
}

// keepShown puts the pictures of the turn into the client's profile, as far as
// there is room, and says what cannot be taken and why. It says how many were.
func keepShown(t *dialog.Turn, s Settings) (kept int, err error) {
	if wrong, ok := notPhotos(t.Event, s); ok {
		t.Note(sayNotAPhoto.With(wrong))
		return 0, nil
	}
	if namesPaper(t.Text()) {
		t.Note(sayNoPapers.With(none{}))
		return 0, nil
	}
	all := t.Photos()
	if kept, err = t.Records.AddPhotos(all...); err == nil && kept < len(all) {
		t.Note(sayPhotosFull.With(none{}))
	}
	return kept, err
}

// notPhotos says what is wrong with what was sent; ok is false when nothing is.
func notPhotos(ev bot.Event, s Settings) (wrong notAPhoto, ok bool) {
	if len(ev.Media) == 0 {
		return notAPhoto{}, true
	}
	for _, m := range ev.Media {
		switch {
		case m.Kind != bot.Photo:
			return notAPhoto{Kind: m.Kind}, true
		case m.Size > s.MaxPicture:
			return notAPhoto{Kind: m.Kind, MB: s.MaxPicture >> 20}, true
		}
	}
	return notAPhoto{}, false
}

// paperNames are what people write under a picture of a paper. Such a picture is
// not kept: papers are shown in the shop, and no copy stays with us.
var paperNames = []string{"身份证", "身分證", "户口", "戶口", "证件", "證件", "离婚证", "離婚證", "学历证", "學歷證", "毕业证", "畢業證", "护照", "護照", "房产证", "房產證",
	"id card", "identity card", "passport", "certificate", "household book", "hukou"}

func namesPaper(text string) bool {
	text = templates.Fold(text)
	for _, name := range paperNames {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// picked is the photo that was chosen by its number; false when none was.
func (a gallery) picked(t *dialog.Turn) (photo int64, ok bool) {
	_, i, ok := templates.Index(t.Choice())
	if !ok || i >= len(a.IDs) {
		return 0, false
	}
	return a.IDs[i], true
}

func chooseMain(t *dialog.Turn, a *gallery) (dialog.Move, error) {
	photo, ok := a.picked(t)
	if !ok {
		return dialog.Next, nil
	}
	ok, err := t.Records.MakeMain(photo)
	if ok {
		t.Note(sayMain.With(none{}))
	}
	if err == nil {
		err = a.count(t)
	}
	return dialog.Next, err
}

func removePhoto(t *dialog.Turn, a *gallery) (dialog.Move, error) {
	photo, ok := a.picked(t)
	if !ok {
		return dialog.Next, nil
	}
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return dialog.Next, err
	}
	ok, err = t.Records.RemovePhoto(me.ID, photo)
	if ok {
		t.Note(sayRemoved.With(none{}))
	}
	if err == nil {
		err = a.count(t)
	}
	return dialog.Next, err
}
