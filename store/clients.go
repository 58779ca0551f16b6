package store

import (
	"cmp"
	"errors"
	"time"

	"redthread/bot"
)

// Client is a person who has talked to us, in one of their chats. Staff know
// them by Code; where they talk to us stays hidden. One person can have several
// chats, once they have proved that all are theirs (Link): what belongs to the
// person stands under ID, a paper that is answered where it was written under
// Chat.
type Client struct {
	ID           int64 // the person
	Chat         int64 // this chat; the ID of the person whose only one it is
	Conversation bot.Conversation
	Name         string // what they call themselves on the platform; may be empty
	Lang         string // the language we speak with them; empty until we know
	Source       string // the code of the source that first led them here; empty: none
	SourceName   string // as staff call it
	OwnerID      int64  // 归属红娘: the colleague whose client they are; 0: nobody's
	ArrivedAt    time.Time
	LeftAt       time.Time // zero: with us
	HeldAt       time.Time // zero: no legal hold is on them
	ErasedAt     time.Time // zero: we know who they are
	Standing     Standing
}

// Code is how staff and papers name the client: "K-000012".
func (c Client) Code() string { return number("K", c.ID) }

type clientRow struct {
	ID           int64
	PersonID     int64 // whose chat it is; 0: of a person of its own
	Conversation string
	Name         []byte
	Lang         string
	Source       string
	OwnerID      int64
	ArrivedAt    int64
	LeftAt       int64
	HeldAt       int64
	ErasedAt     int64
	Standing     Standing
}

func (clientRow) TableName() string { return "clients" }

func (r clientRow) person() int64 {
	if r.PersonID != 0 {
		return r.PersonID
	}
	return r.ID
}

func clientNamePlace(conversation string) string { return "clients.name|" + conversation }

// Meet notes the person of the turn's event as a client: newly come, or come
// back; and the source they came by. Their name follows the platform.
func (tx *Tx) Meet() error {
	row, err := tx.clientRow(tx.ev.From)
	switch {
	case errors.Is(err, ErrNotFound) && !isSource(tx.ev.Source):
		return tx.noteNewcomer()
	case errors.Is(err, ErrNotFound):
		if row, err = tx.newClient(tx.ev.Lang); err != nil {
			return err
		}
		return tx.visit(row, true)
	case err != nil:
		return err
	}
	tx.touch(row.person())
	change := map[string]any{"left_at": 0}
	if tx.ev.Name != "" {
		sealed, err := tx.s.box.Seal(clientNamePlace(row.Conversation), []byte(tx.ev.Name))
		if err != nil {
			return err
		}
		change["name"] = sealed
	}
	if err := tx.update("note a client's return", &clientRow{}, row.ID, change); err != nil {
		return err
	}
	return tx.visit(row, false)
}

// Part notes that the person of the turn's event has left us.
func (tx *Tx) Part() error {
	row, err := tx.clientRow(tx.ev.From)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.update("note that a client left", &clientRow{}, row.ID, map[string]any{"left_at": millis(tx.now)}); err != nil {
		return err
	}
	tx.touch(row.person())
	return tx.partNews(row)
}

// Speak notes the language that the person of the turn's event wants, whatever
// they are to us.
func (tx *Tx) Speak(lang string) error {
	c, err := tx.Self(lang)
	if err != nil {
		return err
	}
	if c.Lang != lang {
		if err := tx.update("note a client's language", &clientRow{}, c.Chat, map[string]any{"lang": lang}); err != nil {
			return err
		}
	}
	here := tx.ev.From.String()
	tx.roster = nil
	_, err = tx.exec("UPDATE staff SET lang = ? WHERE "+staffThere, lang, here, here)
	return wrap("note a colleague's language", err)
}

// Self is the client of the turn's own conversation, with whom we speak lang.
// Someone we have not met yet is noted.
func (tx *Tx) Self(lang string) (Client, error) {
	row, err := tx.clientRow(tx.ev.From)
	if errors.Is(err, ErrNotFound) {
		row, err = tx.newClient(lang)
	}
	if err != nil {
		return Client{}, err
	}
	if row.Lang != lang && lang != "" {
		if err := tx.update("note a client's language", &clientRow{}, row.ID, map[string]any{"lang": lang}); err != nil {
			return Client{}, err
		}
		row.Lang = lang
	}
	return tx.client(row)
}

// ofPerson finds what stands under any chat of a person, in a table with a
// client_id. It takes the person's ID twice.
const ofPerson = "client_id IN (SELECT id FROM clients WHERE id = ? OR person_id = ?)"

// clientByID reads the client of a chat. ErrNotFound: there is none.
func (tx *Tx) clientByID(id int64) (Client, error) {
	var row clientRow
	if err := tx.read("read client", &row, "id = ?", id); err != nil {
		return Client{}, err
	}
	return tx.client(row)
}

// ClientOfChat reads the client of a chat, named by Client.Chat. ErrNotFound: there
// is none.
func (tx *Tx) ClientOfChat(chat int64) (Client, error) { return tx.clientByID(chat) }

// ClientByCode reads the person whom staff call "K-000012", in the chat of that
// number. ErrNotFound: there is none, or none any more.
func (tx *Tx) ClientByCode(code string) (Client, error) {
	n, err := id("K", code)
	if err != nil {
		return Client{}, err
	}
	c, err := tx.clientByID(n)
	if err == nil && !c.ErasedAt.IsZero() {
		return Client{}, wrap("read client", ErrNotFound)
	}
	return c, err
}

func (tx *Tx) clientRow(c bot.Conversation) (row clientRow, err error) {
	return row, tx.read("read client", &row, "conversation = ?", c.String())
}

// noteNewcomer is newClient for a turn that needs no number yet.
func (tx *Tx) noteNewcomer() error {
	row, err := tx.clientOf(tx.ev.Lang)
	if err != nil {
		return err
	}
	return tx.do("clients", "note a new client", "INSERT INTO clients (conversation, name, lang, source, arrived_at, left_at) VALUES (?, ?, ?, '', ?, 0)",
		row.Conversation, row.Name, row.Lang, row.ArrivedAt)
}

// clientOf is the person of the turn's event, newly come.
func (tx *Tx) clientOf(lang string) (clientRow, error) {
	row := clientRow{Conversation: tx.ev.From.String(), Lang: lang, ArrivedAt: millis(tx.now)}
	if tx.ev.Name != "" {
		sealed, err := tx.s.box.Seal(clientNamePlace(row.Conversation), []byte(tx.ev.Name))
		if err != nil {
			return row, err
		}
		row.Name = sealed
	}
	return row, nil
}

func (tx *Tx) newClient(lang string) (clientRow, error) {
	row, err := tx.clientOf(lang)
	if err != nil {
		return row, err
	}
	db, err := tx.records()
	if err != nil {
		return row, err
	}
	return row, wrap("note a new client", db.Create(&row).Error)
}

func (tx *Tx) client(row clientRow) (Client, error) {
	tx.note(row)
	c := Client{ID: row.person(), Chat: row.ID, Lang: row.Lang, Source: row.Source, OwnerID: row.OwnerID, ArrivedAt: fromMillis(row.ArrivedAt), LeftAt: fromMillis(row.LeftAt), HeldAt: fromMillis(row.HeldAt), ErasedAt: fromMillis(row.ErasedAt), Standing: row.Standing}
	if err := tx.belongs(&c); err != nil {
		return c, err
	}
	var err error
	if c.Conversation, err = bot.ParseConversation(row.Conversation); err != nil {
		return c, err
	}
	if len(row.Name) > 0 {
		name, err := tx.s.box.Open(clientNamePlace(row.Conversation), row.Name)
		if err != nil {
			return c, err
		}
		c.Name = string(name)
	}
	return c, nil
}

// belongs fills in whose client the person is and where they came from: as their
// oldest chat has it, and else this one.
func (tx *Tx) belongs(c *Client) error {
	if c.ID != c.Chat {
		var oldest clientRow
		if err := tx.read("read client", &oldest, "id = ?", c.ID); err != nil {
			return err
		}
		c.Source, c.OwnerID = cmp.Or(oldest.Source, c.Source), cmp.Or(oldest.OwnerID, c.OwnerID)
	}
	if c.Source == "" {
		return nil
	}
	s, err := tx.SourceOf(*c)
	c.SourceName = s.Name
	return err
}
