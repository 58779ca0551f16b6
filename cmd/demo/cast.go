package main

// words is a text in the page's two languages.
type words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// person is someone with a phone on the page.
type person struct {
	ID       string `json:"id"`       // how the page and transcripts name them
	Platform string `json:"platform"` // "wechat" or "telegram"
	Staff    bool   `json:"staff"`
	Name     words  `json:"name"`
	Role     words  `json:"role"`
	Lang     string `json:"lang"` // what their phone is set to, as Telegram tells the bot
	Address  string `json:"-"`    // open ID or Telegram user ID
}

var client = words{"客户", "Client"}

// cast is everyone on the page, in the order of their phones.
var cast = []person{
	{ID: "anna", Platform: "wechat", Name: words{"安娜", "Anna"}, Role: client, Lang: "zh-hans", Address: "oRt7kAnna0000000000000000001"},
	{ID: "bohan", Platform: "wechat", Name: words{"博涵", "Bohan"}, Role: client, Lang: "zh-hans", Address: "oRt7kBohan000000000000000002"},
	{ID: "chloe", Platform: "telegram", Name: words{"可儿", "Chloe"}, Role: client, Lang: "zh-hans", Address: "810000001"},
	{ID: "david", Platform: "telegram", Name: words{"大卫", "David"}, Role: client, Lang: "en", Address: "810000002"},
	{ID: "li", Platform: "wechat", Staff: true, Name: words{"小李", "Li"}, Role: words{"红娘", "Matchmaker"}, Lang: "zh-hans", Address: "oRt7kLi000000000000000000003"},
	{ID: "chen", Platform: "telegram", Staff: true, Name: words{"小陈", "Chen"}, Role: words{"客服", "Service agent"}, Lang: "zh-hans", Address: "810000003"},
}
