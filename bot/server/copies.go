package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"redthread/bot/copies"
	"redthread/flows"
	"redthread/store"
)

// CopyPath is where links to copies of a client's data lead; the token follows.
const CopyPath = "/copy/"

// One address may ask so often for copies.
const (
	fetchesPerMinute = 20
	fetchesAtOnce    = 10
)

// maker makes the copies that clients wish for.
func (s *Server) maker() *copies.Maker {
	return &copies.Maker{
		Store: s.cfg.Store, MaxBytes: s.cfg.MaxCopy, Log: s.log,
		Compose: func(lang string, k store.Kept, made time.Time) (copies.Document, error) {
			return flows.ComposeCopy(s.cfg.Texts.Current(), s.agencyName(lang), lang, k, made)
		},
	}
}

func (s *Server) agencyName(lang string) string {
	if s.cfg.Agency == nil {
		return ""
	}
	return s.cfg.Agency(lang).Name
}

// warnOfNoLinks tells the operator what clients will not get.
func (s *Server) warnOfNoLinks(ctx context.Context) {
	if s.wechat != nil && s.promises().CopyLink == nil {
		s.log.WarnContext(ctx, "listen.public_url is empty: clients on WeChat, which carries no files, cannot fetch a copy of their data and are sent to a colleague")
	}
}

// copyDoor hands out the file a link leads to. Asking for the address shows a
// page with a button, so that who looks at links before people do uses none of the
// few times; only the button fetches the file.
func (s *Server) copyDoor() http.Handler {
	d := newLinkDoor(fetchesPerMinute, fetchesAtOnce, s.copyPage, s.copyLinkPage)
	d.hand = s.handCopy
	return d
}

func (s *Server) copyPage(w http.ResponseWriter, r *http.Request) {
	l, err := s.cfg.Store.CopyAt(r.Context(), r.PathValue("token"), s.copyFetches())
	if err != nil {
		s.noCopy(w, r, err)
		return
	}
	words, button, err := flows.CopyPage(s.cfg.Texts.Current(), l)
	if err != nil {
		s.noCopy(w, r, err)
		return
	}
	drawButton(w, l.Lang, words, button)
}

// handCopy gives the file out; that it did is in the records before the first
// byte goes.
func (s *Server) handCopy(w http.ResponseWriter, r *http.Request) {
	number, file, err := s.cfg.Store.FetchCopy(r.Context(), r.PathValue("token"), s.copyFetches())
	if err != nil {
		s.noCopy(w, r, err)
		return
	}
	s.log.InfoContext(r.Context(), "copy: fetched by its link", "copy", number)
	handOut(w, "application/zip", "my-data-"+number+".zip", file)
}

// noCopy says that a link leads nowhere, and not why. The token is in the
// address, not in the error.
func (s *Server) noCopy(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		s.copyLinkPage(w, http.StatusGone)
		return
	}
	s.log.WarnContext(r.Context(), "copy: not handed out", "error", err)
	w.Header().Set("Retry-After", "5")
	s.copyLinkPage(w, http.StatusServiceUnavailable)
}

func (s *Server) copyFetches() int { return s.cfg.Promises.MostFetches() }

// copyLinkPage says kindly that there is nothing to be fetched.
func (s *Server) copyLinkPage(w http.ResponseWriter, status int) {
	words, err := flows.CopyLinkPage(s.cfg.Texts.Current(), status != http.StatusGone)
	if err != nil {
		s.log.Error("copy: no words for the page", "error", err)
	}
	s.wordsPage(w, status, words)
}
