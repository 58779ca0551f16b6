package flows

import (
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Supervisors hear when a client who had registered leaves us, and once more when
// their records have been erased. It is played in testdata/parted.zh-CN.chat.

// clientParted tells a supervisor that a client has left, and until when the
// records are kept.
func clientParted(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsClientLeft, Play: func(t *dialog.Turn, ref string) error {
		t.News(sayParted.With(partedView{Client: ref, For: s.Keep.Left}))
		return nil
	}}
}

var clientErased = dialog.Notice{Name: store.NewsClientErased, Play: func(t *dialog.Turn, ref string) error {
	t.Forget(ref)
	t.News(sayErased.With(partedView{Client: ref}))
	_, err := talkGone(t)
	return err
}}

type partedView struct {
	Client string
	For    time.Duration
}

var (
	sayParted = templates.New[partedView]("staff.parted")
	sayErased = templates.New[partedView]("staff.erased")
)
