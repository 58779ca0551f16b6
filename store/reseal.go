package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"redthread/bot"
	"redthread/store/seal"
)

// Everything that is sealed, and where, so that it can be sealed anew under
// another key while the program runs. A column that is missing here would become
// unreadable when an old key is removed; a test holds the list against the
// tables.

// sealedColumn is a column of sealed values.
type sealedColumn struct {
	table, column string
	keys          []string // the primary key, in order
	named         []string // what the place is made of
	place         func(named []string) string
}

func (c sealedColumn) String() string { return c.table + "." + c.column }

func byOne(place func(string) string) func([]string) string {
	return func(n []string) string { return place(n[0]) }
}

var sealedColumns = []sealedColumn{
	{"sessions", "body", []string{"conversation"}, []string{"conversation"}, byOne(sessionPlace)},
	{"outbox", "body", []string{"conversation", "seq"}, []string{"conversation", "seq"}, func(n []string) string { return "outbox.body|" + n[0] + "|" + n[1] }},
	{"media", "source", []string{"id"}, []string{"id"}, func(n []string) string { return sourcePlace(bot.MediaID(n[0])) }},
	{"letters", "raw", []string{"id"}, []string{"digest"}, byOne(letterPlace)},
	{"clients", "name", []string{"id"}, []string{"conversation"}, byOne(clientNamePlace)},
	{"staff", "name", []string{"id"}, []string{"conversation"}, byOne(staffNamePlace)},
	{"complaints", "facts", []string{"id"}, []string{"facts_key"}, byOne(factsPlace)},
	{"handoff_words", "words", []string{"id"}, []string{"words_key"}, byOne(wordsPlace)},
	{"client_notes", "note", []string{"id"}, []string{"note_key"}, byOne(talkNotePlace)},
	{"desk_questions", "words", []string{"id"}, []string{"words_key"}, byOne(deskWordsPlace)},
	{"canned_replies", "body", []string{"id"}, []string{"body_key"}, byOne(cannedPlace)},
	{"held_words", "words", []string{"id"}, []string{"words_key"}, byOne(heldPlace)},
	{"dates", "place", []string{"id"}, []string{"place_key"}, byOne(datePlacePlace)},
	{"date_steps", "words", []string{"id"}, []string{"words_key"}, byOne(dateWordsPlace)},
	{"date_feedback", "words", []string{"id"}, []string{"words_key"}, byOne(feedbackPlace)},
	{"tasks", "words", []string{"id"}, []string{"words_key"}, byOne(taskWordsPlace)},
	{"tasks", "report", []string{"id"}, []string{"words_key"}, byOne(taskReportPlace)},
	{"spot_checks", "finding", []string{"id"}, []string{"words_key"}, byOne(findingPlace)},
	{"spot_checks", "rectified", []string{"id"}, []string{"words_key"}, byOne(rectifiedPlace)},
	{"index_keys", "secret", []string{"name"}, []string{"name"}, byOne(indexSecretPlace)},
	{"audit_reasons", "reason", []string{"seq"}, []string{"seq"}, byOne(reasonPlace)},
	{"phones", "number", []string{"client_id"}, []string{"number_key"}, byOne(phonePlace)},
	{"verifications", "entry", []string{"id"}, []string{"entry_key"}, byOne(entryPlace)},
	{"profiles", "facts", []string{"client_id"}, []string{"facts_key"}, byOne(profilePlace)},
	{"criteria", "wishes", []string{"client_id"}, []string{"wishes_key"}, byOne(wishesPlace)},
	{"introductions", "words", []string{"id"}, []string{"words_key"}, byOne(introWordsPlace)},
	{"introductions", "contacts", []string{"id"}, []string{"words_key"}, byOne(introContactsPlace)},
	{"profile_notes", "note", []string{"id"}, []string{"note_key"}, byOne(notePlace)},
	{"promoted_answers", "asked", []string{"id"}, []string{"ref"}, byOne(promotedAskedPlace)},
	{"promoted_answers", "answer", []string{"id"}, []string{"ref"}, byOne(promotedAnswerPlace)},
	{"sources", "name", []string{"code"}, []string{"code"}, byOne(sourceNamePlace)},
	{"questions", "words", []string{"id"}, []string{"words_key"}, byOne(questionPlace)},
	{"data_copies", "password", []string{"id"}, []string{"password_key"}, byOne(copyPasswordPlace)},
	{"questions", "answer", []string{"id"}, []string{"words_key"}, byOne(answerPlace)},
}

// mediaFiles is what Sealed calls the folder of pictures.
const mediaFiles = "media files"

// Sealed says how much of one kind there is to do, or was done.
type Sealed struct {
	What   string // "outbox.body", "media files"
	Other  int    // values that are not under the wanted key
	Done   int    // of them sealed anew
	Broken int    // of them unreadable under any key: nothing can be done
}

// resealBatch is how many rows are locked at a time.
const resealBatch = 100

// Reseal seals everything anew that is not under the key that seals now. It may
// be stopped at any moment and run again, and beside it the program goes on:
// each value is changed only if it still is what was read. progress is called
// after every batch.
func (s *Store) Reseal(ctx context.Context, progress func(Sealed)) error {
	for _, c := range sealedColumns {
		r, err := s.resealColumn(ctx, c, progress)
		if err != nil {
			return fmt.Errorf("store: seal %s anew: %w", c, err)
		}
		progress(r)
	}
	r, err := s.resealFiles(ctx, progress)
	if err != nil {
		return fmt.Errorf("store: seal %s anew: %w", mediaFiles, err)
	}
	progress(r)
	return nil
}

// SealedUnder counts, by kind, what is sealed under the key. Kinds with nothing
// are left out. Values that do not open anyhow are counted as Broken too.
func (s *Store) SealedUnder(ctx context.Context, key uint32) ([]Sealed, error) {
	var all []Sealed
	for _, c := range sealedColumns {
		r := Sealed{What: c.String()}
		err := s.eachValue(ctx, c, "SUBSTR("+c.column+", 1, 5) = ?", seal.Mark(key), func(v sealedValue) error {
			r.note(s, v)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("store: count %s: %w", c, err)
		}
		all = append(all, r)
	}
	r := Sealed{What: mediaFiles}
	err := s.eachFile(ctx, func(id, path string) (err error) {
		mark, err := fileMark(path)
		if err != nil || !bytes.Equal(mark, seal.Mark(key)) {
			return err
		}
		v := sealedValue{place: filePlace(bot.MediaID(id))}
		if v.sealed, err = os.ReadFile(path); err == nil {
			r.note(s, v)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: count %s: %w", mediaFiles, err)
	}
	var found []Sealed
	for _, r := range append(all, r) {
		if r.Other > 0 {
			found = append(found, r)
		}
	}
	return found, nil
}

func (r *Sealed) note(s *Store, v sealedValue) {
	r.Other++
	if _, err := s.box.Open(v.place, v.sealed); err != nil {
		r.Broken++
	}
}

// sealedValue is one value and where it stands.
type sealedValue struct {
	keys   []any
	place  string
	sealed []byte
}

// resealColumn goes through one column in the order of its key.
func (s *Store) resealColumn(ctx context.Context, c sealedColumn, progress func(Sealed)) (Sealed, error) {
	r := Sealed{What: c.String()}
	mark := seal.Mark(s.box.Primary())
	others := "SUBSTR(" + c.column + ", 1, 5) <> ?"
	err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+c.table+" WHERE LENGTH("+c.column+") > 0 AND "+others, mark).Scan(&r.Other)
	if err != nil || r.Other == 0 {
		return r, err
	}
	var batch []sealedValue
	flush := func() error {
		done, broken, err := s.resealRows(ctx, c, batch)
		r.Done, r.Broken, batch = r.Done+done, r.Broken+broken, batch[:0]
		if err == nil {
			progress(r)
		}
		return err
	}
	err = s.eachValue(ctx, c, others, mark, func(v sealedValue) error {
		if batch = append(batch, v); len(batch) == resealBatch {
			return flush()
		}
		return nil
	})
	if err == nil && len(batch) > 0 {
		err = flush()
	}
	return r, err
}

// resealRows changes one batch. A value that somebody has changed meanwhile is
// left: it is under the new key, or will be found at the next run.
func (s *Store) resealRows(ctx context.Context, c sealedColumn, batch []sealedValue) (done, broken int, err error) {
	query := "UPDATE " + c.table + " SET " + c.column + " = ? WHERE " + strings.Join(c.keys, " = ? AND ") + " = ? AND " + c.column + " = ?"
	err = s.inTx(ctx, "seal anew", func(tx *sql.Tx) error {
		done, broken = 0, 0
		for _, v := range batch {
			plain, err := s.box.Open(v.place, v.sealed)
			if err != nil {
				broken++
				continue
			}
			fresh, err := s.box.Seal(v.place, plain)
			if err != nil {
				return err
			}
			n, err := affected(tx.ExecContext(ctx, query, append(append([]any{fresh}, v.keys...), v.sealed)...))
			if err != nil {
				return err
			}
			done += int(n)
		}
		return nil
	})
	return done, broken, err
}

// eachValue visits the values of a column that meet the condition, a page at a
// time: no query stays open while something is done with its rows.
func (s *Store) eachValue(ctx context.Context, c sealedColumn, where string, arg any, visit func(sealedValue) error) error {
	var after []any
	for {
		page, err := s.page(ctx, c, where, arg, after)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, v := range page {
			if err := visit(v); err != nil {
				return err
			}
		}
		after = page[len(page)-1].keys
	}
}

func (s *Store) page(ctx context.Context, c sealedColumn, where string, arg any, after []any) ([]sealedValue, error) {
	args := []any{arg}
	if after != nil {
		var more string
		more, args = c.beyond(after, args)
		where += " AND (" + more + ")"
	}
	columns := append(append(append([]string{}, c.keys...), c.named...), c.column)
	rows, err := s.read.QueryContext(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+c.table+
		" WHERE LENGTH("+c.column+") > 0 AND "+where+" ORDER BY "+strings.Join(c.keys, ", ")+fmt.Sprintf(" LIMIT %d", resealBatch), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []sealedValue
	for rows.Next() {
		keys, named := make([]string, len(c.keys)), make([]string, len(c.named))
		var v sealedValue
		var into []any
		for _, list := range [][]string{keys, named} {
			for i := range list {
				into = append(into, &list[i])
			}
		}
		if err := rows.Scan(append(into, &v.sealed)...); err != nil {
			return nil, err
		}
		for _, k := range keys {
			v.keys = append(v.keys, k)
		}
		v.place = c.place(named)
		all = append(all, v)
	}
	return all, rows.Err()
}

// beyond is the condition for rows after the given key.
func (c sealedColumn) beyond(after, args []any) (string, []any) {
	var either []string
	for i := range c.keys {
		var all []string
		for j := range i {
			all, args = append(all, c.keys[j]+" = ?"), append(args, after[j])
		}
		all, args = append(all, c.keys[i]+" > ?"), append(args, after[i])
		either = append(either, strings.Join(all, " AND "))
	}
	return strings.Join(either, " OR "), args
}

// resealFiles goes through the folder of pictures.
func (s *Store) resealFiles(ctx context.Context, progress func(Sealed)) (Sealed, error) {
	r := Sealed{What: mediaFiles}
	var todo []string
	mark := seal.Mark(s.box.Primary())
	err := s.eachFile(ctx, func(id, path string) error {
		got, err := fileMark(path)
		if err == nil && !bytes.Equal(got, mark) {
			todo = append(todo, id)
		}
		return err
	})
	r.Other = len(todo)
	for i, id := range todo {
		if err != nil || ctx.Err() != nil {
			return r, errors.Join(err, ctx.Err())
		}
		var broken bool
		if broken, err = s.resealFile(bot.MediaID(id)); broken {
			r.Broken++
		} else if err == nil {
			r.Done++
		}
		if i%resealBatch == resealBatch-1 {
			progress(r)
		}
	}
	return r, err
}

func (s *Store) resealFile(id bot.MediaID) (broken bool, err error) {
	sealed, err := os.ReadFile(s.mediaPath(id))
	if err != nil {
		return false, err
	}
	plain, err := s.box.Open(filePlace(id), sealed)
	if err != nil {
		return true, nil
	}
	if sealed, err = s.box.Seal(filePlace(id), plain); err != nil {
		return false, err
	}
	return false, writeFile(s.mediaPath(id), sealed)
}

// eachFile visits the sealed files.
func (s *Store) eachFile(ctx context.Context, visit func(id, path string) error) error {
	return filepath.WalkDir(s.media, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // no folder yet, or a file that has just been replaced
		case err != nil || ctx.Err() != nil:
			return errors.Join(err, ctx.Err())
		case !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "."):
			return nil
		}
		return visit(d.Name(), path)
	})
}

// fileMark is what a file begins with.
func fileMark(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	mark := make([]byte, seal.Prefix)
	n, err := io.ReadFull(f, mark)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // too short to be sealed: broken
	}
	return mark[:n], err
}
