package server

import (
	"errors"
	"mime"
	"net/http"
	"strconv"
	"time"

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
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = copyPage.Execute(w, struct{ Lang, Words, Button string }{l.Lang, words, button}) // who went away needs no answer
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
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(handTime)) // where it cannot be set, the server's own holds
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": l.Name}))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // who went away needs no answer
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
