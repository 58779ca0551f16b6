package flows

import (
	"redthread/bot/dialog"
	"redthread/templates"
)

// language changes the language we speak; "English" and "中文" do at once, in the
// middle of anything. They are played in testdata/language.zh-CN.chat.
var language = dialog.Flow[none]{
	Name:  "language",
	Title: templates.New[none]("title.language"),
	Opens: templates.NewWords("open.language"),
	Steps: []dialog.Step[none]{
		{Name: "which", Ask: templates.New[none]("language.which"), Want: dialog.Button, Hear: chooseLanguage},
	},
}

var english = dialog.Flow[none]{
	Name:  "english",
	Title: templates.New[none]("title.english"),
	Opens: templates.NewWords("open.english"),
	Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, speak(t, "en") },
}

var chinese = dialog.Flow[none]{
	Name:  "chinese",
	Title: templates.New[none]("title.chinese"),
	Opens: templates.NewWords("open.chinese"),
	Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, speak(t, "zh-CN") },
}

var sayLanguage = templates.New[none]("language.set")

func chooseLanguage(t *dialog.Turn, _ *none) (dialog.Move, error) {
	return dialog.End, speak(t, map[string]string{"chinese": "zh-CN", "english": "en"}[t.Choice()])
}

// speak speaks lang here from now on, also in what colleagues send.
func speak(t *dialog.Turn, lang string) error {
	t.SetLang(lang)
	t.Say(sayLanguage.With(none{}))
	return t.Records.Speak(lang)
}
