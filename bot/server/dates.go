package server

import (
	"net/http"

	"redthread/bot/icalendar"
	"redthread/flows"
)

// DatePath is where links to a date's entry for a calendar lead; the token follows.
const DatePath = "/date/"

// dateDoor hands out the entry of a date, as it stands now, to who cannot be sent a
// file in the chat.
func (s *Server) dateDoor() http.Handler {
	d := newLinkDoor(looksPerMinute, looksAtOnce, s.datePage, s.linkPage)
	d.hand = s.handDate
	return d
}

func (s *Server) datePage(w http.ResponseWriter, r *http.Request) {
	l, err := s.cfg.Store.OpenDateLink(r.Context(), r.PathValue("token"))
	var words, button string
	if err == nil {
		words, button, err = flows.DatePage(s.cfg.Texts.Current(), l.Lang)
	}
	if err != nil {
		s.noFile(w, r, err)
		return
	}
	drawButton(w, l.Lang, words, button)
}

func (s *Server) handDate(w http.ResponseWriter, r *http.Request) {
	l, err := s.cfg.Store.OpenDateLink(r.Context(), r.PathValue("token"))
	var file []byte
	if err == nil {
		file, err = flows.DateFile(s.cfg.Texts.Current(), l.Date, l.Lang, s.cfg.Store.Now())
	}
	if err != nil {
		s.noFile(w, r, err)
		return
	}
	handOut(w, icalendar.Type, "date.ics", file)
}
