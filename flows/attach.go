package flows

import (
	"slices"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/media"
	"redthread/store"
	"redthread/templates"
)

// Voice notes, videos and files go from one person to the other like words: kept
// sealed and proved by their bytes on the way (bot/media), under names that do no
// harm. Telegram shows them in the chat. WeChat lets an account send none, so there
// they are behind a link, which is for one reader and ends. It is played in
// testdata/files.*.chat.

// carriedKinds are what talks carry besides pictures.
var carriedKinds = []bot.MediaKind{bot.Voice, bot.Video, bot.File}

// attached notes what the turn's event brings besides pictures. lost is true when
// there is something that we cannot have: WeChat tells of files and gives none.
func attached(t *dialog.Turn) (files []bot.Document, lost bool, err error) {
	for _, m := range t.Event.Media {
		if !slices.Contains(carriedKinds, m.Kind) {
			continue
		}
		if m.Ref == "" {
			lost = true
			continue
		}
		id, err := t.Records.Want(m)
		if err != nil {
			return nil, lost, err
		}
		name := string(m.Kind)
		if m.Kind == bot.File {
			name = media.SafeName(m.Note, name)
		}
		files = append(files, bot.Document{ID: id, Name: name, Kind: m.Kind})
	}
	return files, lost, nil
}

// fileView is what the reader of a file is told.
type fileView struct {
	From string // the client's code or the colleague's name
	Kind string // as bot.MediaKind names it
	Name string
	Link string // where the chat cannot carry it; empty: it comes with this message
	For  time.Duration
}

var sayFile = templates.New[fileView]("talk.file")

// reader is who is to have a file.
type reader struct {
	To     bot.Conversation
	Lang   string
	Viewer string           // "S-000003", "K-000012"
	For    bot.Conversation // who hears what becomes of it; zero: nobody
	Ref    string
}

// carryFiles passes files on.
func (s Settings) carryFiles(t *dialog.Turn, from string, files []bot.Document, to reader) error {
	for _, f := range files {
		v, file := fileView{From: from, Kind: string(f.Kind), Name: f.Name}, &f
		if to.To.Channel != "telegram" {
			if s.FileLink == nil {
				t.Say(sayNotCarried.With(none{}))
				continue
			}
			link, err := s.linkTo(t, f, to)
			if err != nil {
				return err
			}
			v.Link, v.For, file = link, s.FileFor, nil
		}
		t.Carry(dialog.Parcel{To: to.To, Lang: to.Lang, Line: sayFile.With(v), File: file, For: to.For, Ref: to.Ref})
	}
	return nil
}

func (s Settings) linkTo(t *dialog.Turn, f bot.Document, to reader) (string, error) {
	token, err := t.Records.FileLink(store.FileLink{File: f.ID, Name: f.Name, Lang: to.Lang}, to.Viewer, t.Now().Add(s.FileFor))
	if err != nil {
		return "", err
	}
	return s.FileLink(token), nil
}
