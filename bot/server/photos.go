package server

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"

	"redthread/bot/media"
	"redthread/flows"
	"redthread/store"
)

// PhotoPath is where links to photos lead; the token follows.
const PhotoPath = "/photo/"

// One address may ask for so many photos: a client has nine.
const (
	looksPerMinute = 30
	looksAtOnce    = 20
)

// gallery opens pictures for those who are to see them.
func (s *Server) gallery() media.Gallery {
	return media.Gallery{Store: s.cfg.Store, Zone: s.cfg.Zone}
}

// photoDoor shows one photo to the viewer its link was made for, marked, until
// the link's time is over. Nothing of it may be kept on the way.
func (s *Server) photoDoor() http.Handler {
	return newLinkDoor(looksPerMinute, looksAtOnce, s.showPhoto, s.linkPage)
}

func (s *Server) showPhoto(w http.ResponseWriter, r *http.Request) {
	id, err := s.cfg.Store.OpenPhotoLink(r.Context(), r.PathValue("token"))
	var picture []byte
	if err == nil {
		picture, err = s.gallery().Open(r.Context(), id)
	}
	switch h := w.Header(); {
	case errors.Is(err, store.ErrNotFound):
		s.linkPage(w, http.StatusGone)
	case err != nil: // the token is in the address, not in the error
		s.log.WarnContext(r.Context(), "photo: not shown", "error", err)
		h.Set("Retry-After", "5")
		s.linkPage(w, http.StatusServiceUnavailable)
	default:
		h.Set("Content-Type", "image/jpeg")
		h.Set("Content-Length", strconv.Itoa(len(picture)))
		_, _ = w.Write(picture) // who went away needs no answer
	}
}

var linkPage = template.Must(template.New("").Parse(`<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>body{font:1.1em/1.6 sans-serif;max-width:32em;margin:4em auto;padding:0 1em}</style>
{{range .}}<p>{{.}}</p>
{{end}}`))

// linkPage says kindly that there is nothing to be seen.
func (s *Server) linkPage(w http.ResponseWriter, status int) {
	words, err := flows.LinkPage(s.cfg.Texts.Current(), status != http.StatusGone)
	if err != nil {
		s.log.Error("photo: no words for the page", "error", err)
	}
	s.wordsPage(w, status, words)
}

// wordsPage is a page with nothing but words.
func (s *Server) wordsPage(w http.ResponseWriter, status int, words []string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = linkPage.Execute(w, words) // who went away needs no answer
}
