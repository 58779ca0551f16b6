package media

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"redthread/bot"
	"redthread/store"
)

// What is no picture is kept as it is, so it is taken only if its first bytes say
// that it is of a kind that a phone plays or shows: what it is called, and what the
// sender says it is, proves nothing. Nothing that could run is taken.

// ErrNotTaken says that a file is of no kind that we take.
var ErrNotTaken = errors.New("media: not a kind of file that is taken")

// Bounds are how large each kind may be, in bytes; 0: it is not taken.
type Bounds struct {
	Photo, Voice, Video, File int64
}

// FilledIn puts what stands behind a zero Bounds in its place: 10 MiB for pictures,
// 5 for voice, 20 for videos and files, the most that Telegram hands out.
func (b Bounds) FilledIn() Bounds {
	if b == (Bounds{}) {
		return Bounds{Photo: 10 << 20, Voice: 5 << 20, Video: 20 << 20, File: 20 << 20}
	}
	return b
}

// Of is the bound of a kind; 0: it is not taken.
func (b Bounds) Of(k bot.MediaKind) int64 {
	return map[bot.MediaKind]int64{bot.Photo: b.Photo, bot.Voice: b.Voice, bot.Video: b.Video, bot.File: b.File}[k]
}

// sign is how a kind of file begins.
type sign struct {
	at     int
	bytes  string
	mime   string
	ending string
	kinds  []bot.MediaKind
}

var (
	sound  = []bot.MediaKind{bot.Voice, bot.File}
	moving = []bot.MediaKind{bot.Video, bot.File}
	paper  = []bot.MediaKind{bot.File}
)

// signs are looked at in this order.
var signs = []sign{
	{0, "OggS", "audio/ogg", ".ogg", sound},
	{0, "#!AMR", "audio/amr", ".amr", sound},
	{0, "ID3", "audio/mpeg", ".mp3", sound},
	{0, "\xff\xfb", "audio/mpeg", ".mp3", sound},
	{0, "\xff\xf3", "audio/mpeg", ".mp3", sound},
	{4, "ftypM4A", "audio/mp4", ".m4a", sound},
	{4, "ftypqt", "video/quicktime", ".mov", moving},
	{4, "ftyp", "video/mp4", ".mp4", moving},
	{0, "\x1a\x45\xdf\xa3", "video/webm", ".webm", moving},
	{0, "%PDF-", "application/pdf", ".pdf", paper},
	{0, "\x89PNG", "image/png", ".png", paper},
	{0, "\xff\xd8\xff", "image/jpeg", ".jpg", paper},
}

// offices are the files of office programs without macros: a ZIP that holds a part of
// that name (ECMA-376, part 2).
var offices = []sign{
	{0, "word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", paper},
	{0, "xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx", paper},
	{0, "ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx", paper},
}

const plainText = "text/plain; charset=utf-8"

// kindOf tells by its bytes what a file is, as its type; ErrNotTaken: nothing that we
// take as one of that kind.
func kindOf(k bot.MediaKind, raw []byte) (mime string, err error) {
	for _, s := range signs {
		if len(raw) >= s.at && bytes.HasPrefix(raw[s.at:], []byte(s.bytes)) {
			if !slices.Contains(s.kinds, k) {
				break
			}
			return s.mime, nil
		}
	}
	if k == bot.File {
		if mime, ok := office(raw); ok {
			return mime, nil
		}
		if http.DetectContentType(raw) == plainText && utf8.Valid(raw) && !bytes.HasPrefix(raw, []byte("#!")) {
			return plainText, nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrNotTaken, k)
}

func office(raw []byte) (mime string, ok bool) {
	if !bytes.HasPrefix(raw, []byte("PK\x03\x04")) || bytes.Contains(raw, []byte("vbaProject.bin")) || !bytes.Contains(raw, []byte("[Content_Types].xml")) {
		return "", false
	}
	for _, o := range offices {
		if bytes.Contains(raw, []byte(o.bytes)) {
			return o.mime, true
		}
	}
	return "", false
}

// Ending is how the name of a file of that type ends: ".pdf"; ".bin" where it is not
// known.
func Ending(mime string) string {
	if mime == plainText {
		return ".txt"
	}
	for _, s := range append(slices.Clone(signs), offices...) {
		if s.mime == mime {
			return s.ending
		}
	}
	return ".bin"
}

// longestName is how many letters of a file's name are kept.
const longestName = 60

// SafeName makes of a name that somebody gave a file one that does no harm: no path,
// no control characters, no marks that turn the direction of writing, and only an
// ending of a kind that is taken. otherwise stands where nothing is left.
func SafeName(name, otherwise string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '.', r == '-', r == '_':
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return -1
	}, name)
	ending := strings.ToLower(path.Ext(name))
	base := strings.Trim(strings.TrimSuffix(name, path.Ext(name)), " .-_")
	base = strings.ReplaceAll(base, ".", "_") // what looks like a second ending
	if r := []rune(base); len(r) > longestName {
		base = string(r[:longestName])
	}
	if !known(ending) {
		ending = ""
	}
	if base == "" {
		base = otherwise
	}
	return base + ending
}

func known(ending string) bool {
	if ending == ".txt" {
		return true
	}
	return slices.ContainsFunc(append(slices.Clone(signs), offices...), func(s sign) bool { return s.ending == ending })
}

// take proves what was fetched to be of its kind, and makes it what we keep.
func take(p store.Picture, raw []byte) (content []byte, mime string, err error) {
	if p.Kind == bot.Photo {
		content, err = Clean(raw)
		return content, "image/jpeg", err
	}
	mime, err = kindOf(p.Kind, raw)
	return raw, mime, err
}
