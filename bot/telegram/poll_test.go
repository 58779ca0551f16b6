package telegram

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"redthread/bot"
)

func TestPollConfirmsOnlyWhatTookEffect(t *testing.T) {
	h := newHouse(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var offsets []string
	update := func(id string) string {
		return `{"update_id":` + id + `,"message":{` + sent + `,"text":"` + id + `"}}`
	}
	h.api.answers(func(w http.ResponseWriter, c call) {
		offsets = append(offsets, c.fields["offset"])
		switch c.fields["offset"] {
		case "0":
			io.WriteString(w, `{"ok":true,"result":[`+update("11")+`,{"update_id":12,"message":7},`+update("13")+`,`+update("14")+`]}`)
		case "13":
			io.WriteString(w, `{"ok":true,"result":[`+update("13")+`,`+update("14")+`]}`)
		default:
			stop()
			succeed(w, c)
		}
	})
	var played []string
	err := h.Poll(ctx, func(_ context.Context, ev bot.Event) (bot.Outcome, error) {
		played = append(played, ev.Text)
		if ev.Text == "13" && len(played) == 2 {
			return bot.Outcome{}, errors.New("away")
		}
		return bot.Outcome{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0", "13", "15"}, offsets); diff != "" {
		t.Errorf("offsets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"11", "13", "13", "14"}, played); diff != "" {
		t.Errorf("played (-want +got):\n%s", diff)
	}
	if h.dead.count() != 1 {
		t.Errorf("%d dead letters", h.dead.count())
	}
	c := h.api.got("getUpdates")[0].fields
	if c["timeout"] != "50" || !strings.Contains(c["allowed_updates"], "my_chat_member") {
		t.Errorf("asked %v", c)
	}
}

func TestPollWaitsTroubleOutButNotAConflict(t *testing.T) {
	h := newHouse(t)
	n := 0
	h.api.answers(func(w http.ResponseWriter, c call) {
		if n++; n < 3 {
			fail(w, 500, "oops "+testToken, "")
			return
		}
		fail(w, 409, "Conflict: can't use getUpdates method while webhook is active", "")
	})
	start := h.clock.now()
	err := h.Poll(t.Context(), forbidden(t))
	if err == nil || !strings.Contains(err.Error(), "webhook is set") {
		t.Errorf("error %v", err)
	}
	if waited := h.clock.now().Sub(start); waited != 2*pollPause {
		t.Errorf("waited %v", waited)
	}
}
