package server

import (
	"errors"
	"net/http"

	"redthread/flows"
	"redthread/store"
)

// FilePath is where links to voice notes, videos and files lead; the token follows.
const FilePath = "/file/"

// fileDoor hands out what was said in a talk and cannot go into the chat it is for.
func (s *Server) fileDoor() http.Handler {
	d := newLinkDoor(looksPerMinute, looksAtOnce, s.filePage, s.linkPage)
	d.hand = s.handFile
	return d
}

func (s *Server) filePage(w http.ResponseWriter, r *http.Request) {
	l, err := s.cfg.Store.OpenFileLink(r.Context(), r.PathValue("token"))
	if err != nil {
		s.noFile(w, r, err)
		return
	}
	words, button, err := flows.FilePage(s.cfg.Texts.Current(), l)
	if err != nil {
		s.noFile(w, r, err)
		return
	}
	drawButton(w, l.Lang, words, button)
}

// handFile gives the file out to be saved, never to be shown as a page of ours.
func (s *Server) handFile(w http.ResponseWriter, r *http.Request) {
	l, err := s.cfg.Store.OpenFileLink(r.Context(), r.PathValue("token"))
	var content []byte
	var kind string
	if err == nil {
		content, kind, err = s.cfg.Store.OpenMedia(r.Context(), l.File)
	}
	if err != nil {
		s.noFile(w, r, err)
		return
	}
	handOut(w, kind, l.Name, content)
}

// noFile says that a link leads nowhere, and not why. What is still being fetched
// can be asked for again.
func (s *Server) noFile(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		s.linkPage(w, http.StatusGone)
		return
	}
	if !errors.Is(err, store.ErrNotYet) {
		s.log.WarnContext(r.Context(), "file: not handed out", "error", err)
	}
	w.Header().Set("Retry-After", "5")
	s.linkPage(w, http.StatusServiceUnavailable)
}
