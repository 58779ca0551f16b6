package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// needle is something that must not be found where anybody may read: a secret, or
// what a person wrote or is called.
type needle struct{ name, text string }

// needles are everything that was planted.
func needles(a account, t *talk, keys []byte) (all []needle) {
	_, token, _ := strings.Cut(a.botToken, ":") // what stands before is the bot's public number
	for name, text := range map[string]string{
		"telegram.token": token, "telegram.webhook_secret": a.hookSecret,
		"wechat.app_secret": a.appSecret, "wechat.token": a.signToken, "wechat.aes_key": a.encodeKey, "a name": "Person ",
	} {
		all = append(all, needle{name, text})
	}
	for i, key := range regexp.MustCompile(`"value":\s*"([^"]+)"`).FindAllSubmatch(keys, -1) {
		all = append(all, needle{fmt.Sprintf("key %d", i), string(key[1])})
	}
	for i, s := range t.steps {
		s.text = strings.ReplaceAll(s.text, "{n}", "，") // the person's number is the chat's as well
		for part := range strings.FieldsFuncSeq(s.text, func(r rune) bool { return strings.ContainsRune(" ，。、", r) }) {
			if len(part) >= len("退费") {
				all = append(all, needle{fmt.Sprintf("message %d", i+1), part})
			}
		}
	}
	return all
}

// leaks searches what the processes have logged, and what they tell of themselves
// now, for everything that was planted. It names what it found and where.
func (h *house) leaks(ctx context.Context, t *talk) (found []string, err error) {
	keys, err := os.ReadFile(filepath.Join(h.dir, "keys.json"))
	if err != nil {
		return nil, fmt.Errorf("load: read the bot's keys: %w", err)
	}
	all := needles(h.account, t, keys)
	for _, s := range h.servers {
		log, err := os.ReadFile(s.log.Name())
		if err != nil {
			return nil, fmt.Errorf("load: read the bot's log: %w", err)
		}
		found = append(found, search(filepath.Base(s.log.Name()), log, all)...)
		for _, page := range []string{"/metrics", "/readyz"} {
			if body := fetch(ctx, "http://"+s.metrics+page); body != nil {
				found = append(found, search(fmt.Sprintf("server %d's %s", s.n, page), body, all)...)
			}
		}
	}
	return found, nil
}

func search(where string, text []byte, all []needle) (found []string) {
	for _, n := range all {
		if c := bytes.Count(text, []byte(n.text)); c > 0 {
			found = append(found, fmt.Sprintf("%s is in %s, %d times", n.name, where, c))
		}
	}
	return found
}

// fetch reads a page; nil when there is none.
func fetch(ctx context.Context, url string) []byte {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 8<<20)) // what came of it is searched
	return body
}
