package emulator

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// WeChatTemplate is a template message of the account, its fields written as
// {{thing1.DATA}}.
type WeChatTemplate struct {
	Title   string
	Content string
}

const (
	wxTemplateOnce = 10 * time.Minute // how long client_msg_id holds off a repetition
	wxMaxThing     = 20               // characters of a thing field
)

var wxTemplateField = regexp.MustCompile(`\{\{(\w+)\.DATA\}\}`)

// wxTemplateSent remembers a client_msg_id.
type wxTemplateSent struct {
	id int64
	at time.Time
}

// apiTemplate sends a template message, whenever the person followed or wrote.
// A client_msg_id that was used for the person in the last ten minutes sends
// nothing; WeChat does not say what it answers then, here it is the first msgid.
func (w *WeChat) apiTemplate(c *wxCall) (any, error) {
	var in struct {
		To       string `json:"touser"`
		Template string `json:"template_id"`
		Once     string `json:"client_msg_id"`
		Data     map[string]struct {
			Value string `json:"value"`
		} `json:"data"`
	}
	if err := c.in(&in); err != nil {
		return nil, err
	}
	phone := w.phones[in.To]
	switch {
	case phone == nil:
		return nil, wxErrOpenID
	case !phone.follows:
		return nil, wxErrNotFollowing
	}
	fields := map[string]string{}
	for name, d := range in.Data {
		fields[name] = d.Value
	}
	text, err := w.drawTemplate(in.Template, fields)
	if err != nil {
		return nil, err
	}
	now, key := w.cfg.Clock.Now(), in.To+" "+in.Once
	if old, ok := w.sent[key]; ok && in.Once != "" && now.Sub(old.at) < wxTemplateOnce {
		return templateAnswer(old.id), nil
	}
	id := w.nextID()
	if in.Once != "" {
		maps.DeleteFunc(w.sent, func(_ string, s wxTemplateSent) bool { return now.Sub(s.at) >= wxTemplateOnce })
		w.sent[key] = wxTemplateSent{id, now}
	}
	status := "failed:user block"
	if !phone.noNotices {
		status = "success"
		phone.put(&Bubble{ID: id, Kind: "text", Text: text})
	}
	phone.quietEvent("TEMPLATESENDJOBFINISH", number("MsgID", id), cdata("Status", status))
	return templateAnswer(id), nil
}

func templateAnswer(id int64) any {
	return map[string]any{"errcode": 0, "errmsg": "ok", "msgid": id}
}

// drawTemplate fills in a template; w.mu is held. first and remark are dropped,
// as WeChat has done since May 2023.
func (w *WeChat) drawTemplate(id string, fields map[string]string) (string, error) {
	delete(fields, "first")
	delete(fields, "remark")
	t, known := w.cfg.Templates[id]
	if id == "" || w.cfg.Templates != nil && !known {
		return "", wxErrTemplateID
	}
	if w.cfg.Templates == nil {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			t.Content += fmt.Sprintf("%s: {{%s.DATA}}\n", name, name)
		}
	}
	for _, m := range wxTemplateField.FindAllStringSubmatch(t.Content, -1) {
		name, value := m[1], fields[m[1]]
		if value == "" {
			return "", &wxError{47003, fmt.Sprintf("argument invalid! data.%s.value is empty", name)}
		}
		if strings.HasPrefix(name, "thing") && utf8.RuneCountInString(value) > wxMaxThing {
			return "", &wxError{47003, fmt.Sprintf("argument invalid! data.%s.value is too long", name)}
		}
	}
	body := wxTemplateField.ReplaceAllStringFunc(t.Content, func(f string) string {
		return fields[wxTemplateField.FindStringSubmatch(f)[1]]
	})
	return strings.Trim(t.Title+"\n"+body, "\n"), nil
}
