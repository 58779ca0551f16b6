package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// FromChat makes an entry of a question that a colleague answered and a
// supervisor approved for everybody. ref is the question's number: it names the
// entry. It stands under no topic: only words lead to it.
func FromChat(ref, lang, asked, answer string, at time.Time) Entry {
	if !slices.Contains(Languages, lang) {
		lang = Languages[0]
	}
	title := strings.Join(strings.Fields(asked), " ")
	for columns(title) > maxTitle {
		_, last := utf8.DecodeLastRuneInString(strings.TrimSuffix(title, "…"))
		title = strings.TrimSpace(title[:len(strings.TrimSuffix(title, "…"))-last]) + "…"
	}
	return Entry{
		ID: strings.ToLower(ref), Lang: lang, Title: title, Date: at, Version: 1,
		Ask: []string{cut(strings.Join(strings.Fields(asked), " "), maxAsk)}, Answer: strings.TrimSpace(answer),
	}
}

// File writes the entry into an agency's folder, where it can be changed like
// any other. A file that is there already is left alone.
func (e Entry) File(folder string) error {
	dir := filepath.Join(folder, promotedDir, e.Lang)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("knowledge: file %s: %w", e.ID, err)
	}
	f, err := os.OpenFile(filepath.Join(dir, e.ID+".md"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("knowledge: file %s: %w", e.ID, err)
	}
	_, err = f.WriteString(e.source())
	return errors.Join(err, f.Close())
}

// source is the entry as a file has it.
func (e Entry) source() string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\ndate: %s\nversion: %d\nask:\n", e.Title, e.Date.Format(time.DateOnly), e.Version)
	for _, a := range e.Ask {
		fmt.Fprintf(&b, "- %s\n", a)
	}
	fmt.Fprintf(&b, "---\n%s\n", e.Answer)
	return b.String()
}

// private are the forms of what tells who somebody is: numbers of phones, papers
// and accounts, addresses of mail and of chats, a name after "I am called".
var private = regexp.MustCompile(`(?i)[0-9０-９][0-9０-９ \-]{5,}|[\w.+-]+@[\w-]+\.\w|(?:微信号?|wechat|weixin|vx|wx|qq)\s*(?:id|是|:|：)+\s*[a-z0-9_-]{4,}|@[a-z]\w{3,}|(?:我叫|我的名字|本人姓|my name is)\s*\S`)

// Private says that words seem to tell who somebody is. Such words are not for
// everybody.
func Private(words string) bool { return private.MatchString(words) }
