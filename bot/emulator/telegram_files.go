package emulator

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	_ "image/gif" // formats the platform takes as a photo
	"image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

const (
	tgMaxPhoto    = 10 << 20  // bytes, sendPhoto
	tgMaxDownload = 20 << 20  // bytes, getFile
	tgMaxSides    = 10000     // width and height together, sendPhoto
	tgFileLife    = time.Hour // a link lives at least so long; here exactly
)

// tgFile is a file on the platform. A smaller size of a photo has no data of
// its own: it is drawn from base when asked for.
type tgFile struct {
	id, unique, path string
	kind             string // "photo", "document", "voice", "video", "sticker"
	name, mime       string
	data             []byte
	width, height    int
	base             *tgFile
	sizes            []tgPhoto // of a photo, the smallest first
	until            time.Time // the link works so long
}

var tgFolders = map[string][3]string{ // folder, extension, prefix of the ID
	"photo":    {"photos", ".jpg", "AgACAgUAAxkBAAI"},
	"document": {"documents", "", "BQACAgUAAxkBAAI"},
	"voice":    {"voice", ".oga", "AwACAgUAAxkBAAI"},
	"video":    {"videos", ".mp4", "BAACAgUAAxkBAAI"},
	"sticker":  {"stickers", ".webp", "CAACAgUAAxkBAAI"},
}

// keep takes a file in, byte for byte.
func (t *Telegram) keep(f tgFile) *tgFile {
	folder := tgFolders[f.kind]
	f.id, f.unique = folder[2]+t.word(30), "AQAD"+t.word(9)
	f.path = fmt.Sprintf("%s/file_%d%s", folder[0], len(t.files), tgOr(folder[1], path.Ext(f.name)))
	t.files[f.id], t.paths[f.path] = &f, &f
	return &f
}

// word draws n bytes, in the alphabet of file IDs.
func (t *Telegram) word(n int) string {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(t.rand.UintN(256))
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// keepPhoto takes a picture in and lists the sizes the platform would make.
// What is no picture is kept in one size; senders of the API are refused before.
func (t *Telegram) keepPhoto(data []byte) *tgFile {
	f := t.keep(tgFile{kind: "photo", name: "photo.jpg", mime: http.DetectContentType(data), data: data, width: 1, height: 1})
	if c, _, err := image.DecodeConfig(bytes.NewReader(data)); err == nil {
		f.width, f.height = c.Width, c.Height
	}
	longest := max(f.width, f.height)
	for _, side := range []int{90, 320, 800} {
		if side >= longest {
			break
		}
		small := t.keep(tgFile{
			kind: "photo", mime: "image/jpeg", base: f,
			width: max(1, f.width*side/longest), height: max(1, f.height*side/longest),
		})
		f.sizes = append(f.sizes, tgPhoto{FileID: small.id, UniqueID: small.unique, Width: small.width, Height: small.height})
	}
	f.sizes = append(f.sizes, tgPhoto{f.id, f.unique, len(data), f.width, f.height})
	return f
}

// bytes is what a download gives.
func (f *tgFile) bytes() []byte {
	if f.base == nil {
		return f.data
	}
	from, _, err := image.Decode(bytes.NewReader(f.base.data))
	if err != nil {
		return f.base.data
	}
	to := image.NewRGBA(image.Rect(0, 0, f.width, f.height))
	draw.ApproxBiLinear.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, to, nil); err != nil {
		return f.base.data
	}
	return out.Bytes()
}

// Picture is the file as a phone shows it, with its type; nil when there is none.
func (t *Telegram) Picture(fileID string) (data []byte, mime string) {
	t.mu.Lock()
	f := t.files[fileID]
	t.mu.Unlock()
	if f == nil {
		return nil, ""
	}
	return f.bytes(), f.mime
}

// upload finds the file an argument names: uploaded under its own name, by
// attach://, or known by its ID.
func (t *Telegram) upload(c *tgCall, arg, key, kind string) (*tgFile, error) {
	if name, ok := strings.CutPrefix(arg, "attach://"); ok {
		if _, ok := c.files[name]; !ok {
			return nil, tgBad("attached file not found")
		}
		key, arg = name, ""
	}
	if up, ok := c.files[key]; ok && arg == "" {
		return t.take(up, kind)
	}
	switch f := t.files[arg]; {
	case arg == "":
		return nil, tgBad("there is no " + kind + " in the request")
	case strings.HasPrefix(arg, "http://"), strings.HasPrefix(arg, "https://"):
		return nil, tgBad("failed to get HTTP URL content")
	case f == nil:
		return nil, tgBad("wrong file identifier/HTTP URL specified")
	case f.kind != kind:
		return nil, tgBad(fmt.Sprintf("can't use file of type %s as %s", tgTitle(f.kind), tgTitle(kind)))
	case f.base != nil:
		return f.base, nil
	default:
		return f, nil
	}
}

func tgTitle(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// take keeps an uploaded file, if it is one the platform takes.
func (t *Telegram) take(up tgUpload, kind string) (*tgFile, error) {
	if len(up.data) == 0 {
		return nil, tgBad("file must be non-empty")
	}
	if kind != "photo" {
		return t.keep(tgFile{kind: kind, name: up.name, mime: tgOr(up.mime, "application/octet-stream"), data: up.data}), nil
	}
	if len(up.data) > tgMaxPhoto {
		return nil, tgBad(fmt.Sprintf("file of size %d bytes is too big for a photo; the maximum size is %d bytes", len(up.data), tgMaxPhoto))
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(up.data))
	if err != nil {
		return nil, tgBad("IMAGE_PROCESS_FAILED")
	}
	if c.Width+c.Height > tgMaxSides || c.Width > 20*c.Height || c.Height > 20*c.Width {
		return nil, tgBad("PHOTO_INVALID_DIMENSIONS")
	}
	return t.keepPhoto(up.data), nil
}

func (t *Telegram) getFile(c *tgCall) (any, error) {
	f := t.files[c.str("file_id")]
	if f == nil {
		return nil, tgBad("wrong file_id or the file is temporarily unavailable")
	}
	size := len(f.bytes())
	if size > tgMaxDownload {
		return nil, tgBad("file is too big")
	}
	f.until = t.clock.Now().Add(tgFileLife)
	return map[string]any{
		"file_id": f.id, "file_unique_id": f.unique, "file_size": size, "file_path": f.path,
	}, nil
}

// serveFile answers a download; rest is "<token>/<path>".
func (t *Telegram) serveFile(w http.ResponseWriter, r *http.Request, rest string) {
	token, name, _ := strings.Cut(rest, "/")
	if token != t.cfg.Token {
		t.write(w, tgFailure(tgErr(401, "Unauthorized")))
		return
	}
	fate := t.fate(tgMethod{})
	if !t.pause(r.Context(), fate.delay) {
		return
	}
	if fate.cut {
		panic(http.ErrAbortHandler)
	}
	if fate.broken {
		http.Error(w, "Bad Gateway", http.StatusBadGateway)
		return
	}
	t.mu.Lock()
	f := t.paths[name]
	works := f != nil && t.clock.Now().Before(f.until)
	t.mu.Unlock()
	if !works {
		t.write(w, tgFailure(tgErr(404, "Not Found")))
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment; filename="+url.QueryEscape(path.Base(f.path)))
	w.Write(f.bytes())
}
