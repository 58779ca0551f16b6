package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Source is where newcomers come from: a link or QR code that the agency hands
// out, for a campaign, in a matchmaker's name, or both.
type Source struct {
	Code       string // in the link and the QR code: "s_7k3m…"
	Name       string // as staff call it
	Campaign   string // what it is counted with; may be empty
	Matchmaker int64  // the colleague who becomes the owner of newcomers; 0: nobody
	CreatedAt  time.Time
	RetiredAt  time.Time // zero: in use
}

type sourceRow struct {
	Code         string `gorm:"primaryKey"`
	Name         []byte
	Campaign     string
	MatchmakerID int64
	CreatedAt    int64 `gorm:"autoCreateTime:false"`
	RetiredAt    int64
}

func (sourceRow) TableName() string { return "sources" }

type sourceVisitRow struct {
	Code     string `gorm:"primaryKey"`
	ClientID int64  `gorm:"primaryKey"`
	Visits   int
	Newcomer int
	FirstAt  int64
	LastAt   int64
}

func (sourceVisitRow) TableName() string { return "source_visits" }

func sourceNamePlace(code string) string { return "sources.name|" + code }

// NewsSource is the notice that a client has come by a source for the first time.
// Its ref is the source's code.
const NewsSource = "source.bound"

// A code has eighty random bits: nobody comes upon another's by trying. It fits
// both a Telegram link (64 of A-Z a-z 0-9 _ -) and a WeChat scene (64 bytes).
const (
	sourcePrefix = "s_"
	sourceLetter = 16 // of five bits each
)

// isSource says that a scene could be one of our codes.
func isSource(scene string) bool {
	body, ok := strings.CutPrefix(scene, sourcePrefix)
	return ok && len(body) == sourceLetter && strings.Trim(body, strings.ToLower(alphabet)) == ""
}

// The longest names, in runes.
const (
	maxSourceName = 40
	maxCampaign   = 40
)

// NewSource makes a source; its Code and CreatedAt are filled in. ErrNotFound: the
// matchmaker does not work here.
func (s *Store) NewSource(ctx context.Context, n Source) (Source, error) {
	n.Name, n.Campaign = strings.TrimSpace(n.Name), strings.TrimSpace(n.Campaign)
	if l := len([]rune(n.Name)); l == 0 || l > maxSourceName {
		return n, fmt.Errorf("store: the name of a source has %d letters; expected 1 to %d", l, maxSourceName)
	}
	if l := len([]rune(n.Campaign)); l > maxCampaign {
		return n, fmt.Errorf("store: the campaign has %d letters; expected %d at most", l, maxCampaign)
	}
	if n.Matchmaker != 0 {
		var works int64
		if err := s.orm.WithContext(ctx).Model(&staffRow{}).Where("id = ? AND revoked_at = 0", n.Matchmaker).Count(&works).Error; err != nil {
			return n, wrap("look for the matchmaker", err)
		}
		if works == 0 {
			return n, wrap("look for the matchmaker", ErrNotFound)
		}
	}
	var raw [sourceLetter]byte
	_, _ = rand.Read(raw[:]) // never fails, by its documentation
	code := []byte(sourcePrefix)
	for _, r := range raw {
		code = append(code, strings.ToLower(alphabet)[r%byte(len(alphabet))])
	}
	n.Code, n.CreatedAt = string(code), s.now()
	row := sourceRow{Code: n.Code, Campaign: n.Campaign, MatchmakerID: n.Matchmaker, CreatedAt: millis(n.CreatedAt)}
	var err error
	if row.Name, err = s.box.Seal(sourceNamePlace(n.Code), []byte(n.Name)); err != nil {
		return n, err
	}
	return n, wrap("keep source", s.orm.WithContext(ctx).Create(&row).Error)
}

// RetireSource ends a source: who comes by it is welcomed like anybody.
// ErrNotFound: there is none of that code in use.
func (s *Store) RetireSource(ctx context.Context, code string) error {
	n, err := s.exec(ctx, "retire source", "UPDATE sources SET retired_at = ? WHERE code = ? AND retired_at = 0", millis(s.now()), code)
	if err == nil && n == 0 {
		err = wrap("retire source", ErrNotFound)
	}
	return err
}

// SourceCount is a source and what came of it.
type SourceCount struct {
	Source
	Visits     int // how often the link was opened or the code scanned
	Clients    int // by how many people
	Newcomers  int // of them, who had not been with us before
	Complaints int // filed by the newcomers
	Profiles   int // begun by the newcomers
}

// Sources counts all sources, the newest first.
func (s *Store) Sources(ctx context.Context) ([]SourceCount, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT s.code, s.name, s.campaign, s.matchmaker_id, s.created_at, s.retired_at,
		COALESCE(SUM(v.visits), 0), COUNT(v.client_id), COALESCE(SUM(v.newcomer), 0),
		COALESCE(SUM(v.newcomer * (SELECT COUNT(*) FROM complaints c WHERE c.client_id = v.client_id)), 0),
		COALESCE(SUM(v.newcomer * (SELECT COUNT(*) FROM profiles p WHERE p.client_id = v.client_id)), 0)
		FROM sources s LEFT JOIN source_visits v ON v.code = s.code
		GROUP BY s.code, s.name, s.campaign, s.matchmaker_id, s.created_at, s.retired_at ORDER BY s.created_at DESC, s.code`)
	if err != nil {
		return nil, wrap("count sources", err)
	}
	defer rows.Close()
	var all []SourceCount
	for rows.Next() {
		var row sourceRow
		var c SourceCount
		if err := rows.Scan(&row.Code, &row.Name, &row.Campaign, &row.MatchmakerID, &row.CreatedAt, &row.RetiredAt,
			&c.Visits, &c.Clients, &c.Newcomers, &c.Complaints, &c.Profiles); err != nil {
			return nil, wrap("count sources", err)
		}
		if c.Source, err = s.source(row); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, wrap("count sources", rows.Err())
}

func (s *Store) source(row sourceRow) (Source, error) {
	name, err := s.box.Open(sourceNamePlace(row.Code), row.Name)
	return Source{
		Code: row.Code, Name: string(name), Campaign: row.Campaign, Matchmaker: row.MatchmakerID,
		CreatedAt: fromMillis(row.CreatedAt), RetiredAt: fromMillis(row.RetiredAt),
	}, err
}

// visit notes that the client came by a source, if the scene of the turn's event
// is one of ours and in use; anything else that a link may carry is passed over
// and kept nowhere. The first source binds the client to its matchmaker, unless
// they belong to somebody, and to its campaign. Colleagues are no clients.
func (tx *Tx) visit(client clientRow, newcomer bool) error {
	if !isSource(tx.ev.Source) {
		return nil
	}
	var src sourceRow
	err := tx.read("read source", &src, "code = ? AND retired_at = 0", tx.ev.Source)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Staff(tx.ev.From); !errors.Is(err, ErrNotFound) {
		return err
	}
	c, err := tx.client(client)
	if err != nil {
		return err
	}
	if c.Source == "" {
		if err := tx.bind(c, src); err != nil {
			return err
		}
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	v := sourceVisitRow{Code: src.Code, ClientID: client.ID, Visits: 1, FirstAt: millis(tx.now), LastAt: millis(tx.now)}
	if newcomer {
		v.Newcomer = 1
	}
	again := clause.OnConflict{
		Columns:   []clause.Column{{Name: "code"}, {Name: "client_id"}},
		DoUpdates: clause.Assignments(map[string]any{"visits": gorm.Expr("source_visits.visits + 1"), "last_at": millis(tx.now)}),
	}
	return wrap("note a visit", db.Clauses(again).Create(&v).Error)
}

// bind is the client's first source.
func (tx *Tx) bind(c Client, src sourceRow) error {
	change := map[string]any{"source": src.Code}
	if src.MatchmakerID != 0 && c.OwnerID == 0 {
		switch _, err := tx.StaffByID(src.MatchmakerID); {
		case err == nil:
			change["owner_id"] = src.MatchmakerID
		case !errors.Is(err, ErrNotFound):
			return err
		}
	}
	tx.Later(NewsSource, src.Code, tx.now)
	return tx.update("bind a client to a source", &clientRow{}, c.Chat, change)
}

// SourceOf is the source that first led the client here. ErrNotFound: none did.
func (tx *Tx) SourceOf(c Client) (Source, error) {
	var row sourceRow
	if err := tx.read("read source", &row, "code = ?", c.Source); err != nil {
		return Source{}, err
	}
	return tx.s.source(row)
}
