package media

import (
	"archive/zip"
	"bytes"
	"errors"
	"path"
	"strings"
	"testing"
	"unicode"

	"redthread/bot"
	"redthread/store"
)

func packed(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range parts {
		if _, err := w.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What a file is, its bytes tell; what could run is not taken, whatever it is called.
func TestKinds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		kind bot.MediaKind
		raw  []byte
		want string // empty: not taken
	}{
		{"voice of Telegram", bot.Voice, []byte("OggS\x00\x02…"), "audio/ogg"},
		{"voice of WeChat", bot.Voice, []byte("#!AMR\n…"), "audio/amr"},
		{"a video as voice", bot.Voice, []byte("\x00\x00\x00\x18ftypmp42"), ""},
		{"a video", bot.Video, []byte("\x00\x00\x00\x18ftypmp42"), "video/mp4"},
		{"sound as a video", bot.Video, []byte("OggS"), ""},
		{"a PDF", bot.File, []byte("%PDF-1.7\n"), "application/pdf"},
		{"a program", bot.File, []byte("MZ\x90\x00\x03"), ""},
		{"a program of Linux", bot.File, []byte("\x7fELF\x02\x01"), ""},
		{"a script", bot.File, []byte("#!/bin/sh\nrm -rf /\n"), ""},
		{"a page", bot.File, []byte("<html><script>alert(1)</script>"), ""},
		{"a text", bot.File, []byte("周六下午三点\n"), plainText},
		{"an empty file", bot.Voice, nil, ""},
		{"a ZIP", bot.File, packed(t, "setup.exe"), ""},
		{"a paper", bot.File, packed(t, "[Content_Types].xml", "word/document.xml"), offices[0].mime},
		{"a paper with macros", bot.File, packed(t, "[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), ""},
		{"a sticker", bot.Sticker, []byte("RIFF"), ""},
	} {
		content, mime, err := take(store.Picture{Kind: tt.kind}, tt.raw)
		switch {
		case tt.want == "" && !errors.Is(err, ErrNotTaken):
			t.Errorf("%s: taken as %q, %v", tt.name, mime, err)
		case tt.want != "" && (err != nil || mime != tt.want || !bytes.Equal(content, tt.raw)):
			t.Errorf("%s: %q, %v", tt.name, mime, err)
		case tt.want != "" && Ending(mime) == ".bin":
			t.Errorf("%s: no ending for %q", tt.name, mime)
		}
	}
	if b := (Bounds{Photo: 1}).FilledIn(); b.Of(bot.Voice) != 0 || b.Of(bot.Photo) != 1 || (Bounds{}).FilledIn().Of(bot.File) == 0 {
		t.Errorf("%+v", b)
	}
}

func TestSafeName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"合同 终稿.PDF": "合同 终稿.pdf", "../../etc/passwd": "passwd", `C:\temp\a.docx`: "a.docx", "x.pdf.exe": "x_pdf", "": "file",
		"\u202efdp.exe": "fdp", "a\x00b\n.txt": "ab.txt", "....": "file", "cv .pdf": "cv.pdf",
	} {
		if got := SafeName(name, "file"); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	f.Add("../..//a.pdf")
	f.Add("\u202e\u0000.exe.pdf")
	f.Fuzz(func(t *testing.T, name string) {
		got := SafeName(name, "file")
		if got == "" || strings.ContainsAny(got, "/\\\"\x00") || strings.ContainsFunc(got, unicode.IsControl) || strings.HasPrefix(got, ".") || len([]rune(got)) > longestName+8 {
			t.Fatalf("%q: %q", name, got)
		}
		if e := path.Ext(got); e != "" && !known(e) {
			t.Fatalf("%q: %q", name, got)
		}
	})
}
