package knowledge

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"redthread/bot/folder"
)

// FromChat makes an entry of a question that a colleague answered and a
// supervisor approved for everybody. ref is the question's number: it names the
// entry. It stands under no topic: only words lead to it.
func FromChat(ref, lang, asked, answer string, at time.Time) Entry {
	if !slices.Contains(Languages, lang) {
		lang = Languages[0]
	}
	asked = strings.Join(strings.Fields(harmless.Replace(strings.ToValidUTF8(asked, ""))), " ")
	return Entry{
		ID: strings.ToLower(ref), Lang: lang, Title: cmp.Or(narrow(asked), ref), Date: at, Version: 1,
		Ask: []string{cmp.Or(cut(asked, maxAsk), ref)}, Answer: plain(cut(harmless.Replace(strings.ToValidUTF8(answer, "")), maxAnswer)),
	}
}

// harmless makes of words from a chat some that mean nothing to a file of ours.
var harmless = strings.NewReplacer("{", "｛", "}", "｝", "<", "＜", ">", "＞", "```", "", "![", "[", "\r", "")

// narrow cuts words to a button's label.
func narrow(s string) string {
	if columns(s) <= maxTitle {
		return s
	}
	r := []rune(s)
	for columns(string(r)) >= maxTitle {
		r = r[:len(r)-1]
	}
	return strings.TrimSpace(string(r)) + "…"
}

// File writes the entry into an agency's folder, where it can be changed like
// any other. A file that is there already is left alone.
func (e Entry) File(in string) error {
	_, err := folder.WriteNew(filepath.Join(in, promotedDir, e.Lang, e.ID+".md"), []byte(e.source()))
	return err
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
