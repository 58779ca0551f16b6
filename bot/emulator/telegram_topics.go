package emulator

// thread checks message_thread_id: only an existing topic of a forum can be
// written to; General has the ID 1, but is written to without any.
func (c *tgChat) thread(call *tgCall) (int64, error) {
	id := call.num("message_thread_id")
	if id == 0 {
		return 0, nil
	}
	switch topic := c.topics[id]; {
	case topic == nil:
		return 0, tgBad("message thread not found")
	case topic.closed && c.demoted:
		return 0, tgBad("TOPIC_CLOSED")
	}
	return id, nil
}

func (t *Telegram) forum(c *tgCall) (*tgChat, error) {
	chat, err := t.chat(c, "chat_id")
	if err != nil {
		return nil, err
	}
	if !chat.info.IsForum {
		return nil, tgBad("the chat is not a forum")
	}
	return chat, chat.writable()
}

// managed is a forum whose topics the bot may manage.
func (t *Telegram) managed(c *tgCall) (*tgChat, error) {
	chat, err := t.forum(c)
	if err == nil && chat.demoted {
		return nil, tgBad("not enough rights to create a topic")
	}
	return chat, err
}

// topic finds the topic a call wants to change.
func (t *Telegram) topic(c *tgCall) (*tgChat, *tgTopic, error) {
	chat, err := t.managed(c)
	if err != nil {
		return nil, nil, err
	}
	topic := chat.topics[c.num("message_thread_id")]
	if topic == nil {
		return nil, nil, tgBad("TOPIC_ID_INVALID")
	}
	return chat, topic, nil
}

const (
	tgMaxTopic   = 128 // runes of a topic's name; longer ones are cut
	tgTopicColor = 0x6FB9F0
)

func tgTopicName(s string) string {
	r := []rune(tgClean(s))
	return string(r[:min(len(r), tgMaxTopic)])
}

// createForumTopic opens a topic. Its ID is that of the grey line that says so.
func (t *Telegram) createForumTopic(c *tgCall) (any, error) {
	chat, err := t.managed(c)
	if err != nil {
		return nil, err
	}
	topic := &tgTopic{Name: tgTopicName(c.str("name")), Color: tgTopicColor}
	if topic.Name == "" {
		return nil, tgBad("TOPIC_TITLE_EMPTY")
	}
	m := t.put(chat, tgMessage{From: &t.bot, IsTopic: true, TopicCreated: topic})
	chat.topics[m.ID] = topic
	return map[string]any{"message_thread_id": m.ID, "name": topic.Name, "icon_color": topic.Color}, nil
}

func (t *Telegram) editForumTopic(c *tgCall) (any, error) {
	_, topic, err := t.topic(c)
	if err != nil {
		return nil, err
	}
	if !c.has("name") {
		return true, nil
	}
	switch name := tgTopicName(c.str("name")); name {
	case "":
		return nil, tgBad("TOPIC_TITLE_EMPTY")
	case topic.Name:
		return nil, tgBad("TOPIC_NOT_MODIFIED")
	default:
		topic.Name = name
		return true, nil
	}
}

func (t *Telegram) closeForumTopic(c *tgCall) (any, error) {
	chat, topic, err := t.topic(c)
	if err != nil {
		return nil, err
	}
	if topic.closed {
		return nil, tgBad("TOPIC_NOT_MODIFIED")
	}
	topic.closed = true
	t.put(chat, tgMessage{From: &t.bot, Thread: c.num("message_thread_id"), IsTopic: true, TopicClosed: &struct{}{}})
	return true, nil
}

func (t *Telegram) reopenForumTopic(c *tgCall) (any, error) {
	_, topic, err := t.topic(c)
	if err != nil {
		return nil, err
	}
	if !topic.closed {
		return nil, tgBad("TOPIC_NOT_MODIFIED")
	}
	topic.closed = false
	return true, nil
}

func (t *Telegram) deleteForumTopic(c *tgCall) (any, error) {
	chat, _, err := t.topic(c)
	if err != nil {
		return nil, err
	}
	chat.dropTopic(c.num("message_thread_id"))
	return true, nil
}

// dropTopic takes a topic away with all that was said in it.
func (c *tgChat) dropTopic(id int64) {
	delete(c.topics, id)
	for _, m := range c.messages {
		if m.Thread == id {
			delete(c.messages, m.ID)
			c.screen.remove(m.ID)
		}
	}
}
