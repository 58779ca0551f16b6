package telegram

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"redthread/bot"
)

func TestFetch(t *testing.T) {
	file := func(path string, size int) string {
		return `{"ok":true,"result":{"file_id":"f","file_path":"` + path + `","file_size":` + strings.Repeat("1", size) + `}}`
	}
	is := func(want error) func(error) bool {
		return func(err error) bool { return errors.Is(err, want) }
	}
	later := func(err error) bool {
		return err != nil && !errors.Is(err, bot.ErrGone) && !errors.Is(err, bot.ErrTooBig)
	}
	tests := []struct {
		name    string
		media   bot.Media
		getFile func(http.ResponseWriter)
		status  int
		ok      func(error) bool
	}{
		{"taken", bot.Media{Ref: "f"}, nil, 200, is(nil)},
		{"said to be too big", bot.Media{Ref: "f", Size: 21}, nil, 200, is(bot.ErrTooBig)},
		{"size within the limit", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { io.WriteString(w, file("p/x", 2)) }, 200, is(nil)},
		{"getFile says too big", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { io.WriteString(w, file("p/x", 3)) }, 200, is(bot.ErrTooBig)},
		{"over 20 MB", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { fail(w, 400, "Bad Request: file is too big", "") }, 200, is(bot.ErrTooBig)},
		{"no file", bot.Media{Kind: bot.Location}, nil, 200, is(bot.ErrGone)},
		{"forgotten", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { fail(w, 400, "Bad Request: invalid file_id", "") }, 200, is(bot.ErrGone)},
		{"not now", bot.Media{Ref: "f"}, func(w http.ResponseWriter) {
			fail(w, 400, "Bad Request: wrong file_id or the file is temporarily unavailable", "")
		}, 200, later},
		{"hasty", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { fail(w, 429, "Too Many", `{"retry_after":9}`) }, 200, later},
		{"server error", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { fail(w, 500, "oops", "") }, 200, later},
		{"token refused", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { fail(w, 401, "Unauthorized", "") }, 200, later},
		{"path of a local server", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { io.WriteString(w, file("/etc/passwd", 1)) }, 200, later},
		{"path out of the house", bot.Media{Ref: "f"}, func(w http.ResponseWriter) { io.WriteString(w, file("../../x", 1)) }, 200, later},
		{"link gone", bot.Media{Ref: "f"}, nil, 404, is(bot.ErrGone)},
		{"download fails", bot.Media{Ref: "f"}, nil, 502, later},
		{"redirected elsewhere", bot.Media{Ref: "f"}, nil, 302, later},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/file/bot"+testToken+"/p/") {
					w.Header().Set("Location", "http://127.0.0.1:1/")
					w.WriteHeader(tt.status)
					io.WriteString(w, "0123456789ABCDEFGHIJ"[:20])
					return
				}
				w.Header().Set("Content-Type", "application/json")
				if tt.getFile != nil {
					tt.getFile(w)
					return
				}
				io.WriteString(w, file("p/x%20?y", 1))
			})
			data, err := h.Fetch(t.Context(), tt.media, 20)
			if !tt.ok(err) {
				t.Errorf("error %v", err)
			}
			if (err == nil) != (string(data) == "0123456789ABCDEFGHIJ") {
				t.Errorf("data %q, error %v", data, err)
			}
			if err == nil {
				if _, err := h.Fetch(t.Context(), tt.media, 19); !errors.Is(err, bot.ErrTooBig) {
					t.Errorf("one byte over the limit: %v", err)
				}
			}
			noSecrets(t, err)
		})
	}
}

func TestFetchWithoutAServer(t *testing.T) {
	h := newHouse(t)
	h.api.Close()
	_, err := h.Fetch(t.Context(), bot.Media{Ref: "f"}, 10)
	if err == nil || errors.Is(err, bot.ErrGone) {
		t.Errorf("error %v", err)
	}
	noSecrets(t, err)
	_, err = h.download(t.Context(), "p/x", 10)
	if err == nil || strings.Contains(err.Error(), "/file/") {
		t.Errorf("error %v", err)
	}
	noSecrets(t, err)
}
