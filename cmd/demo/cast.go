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
	Address  string `json:"-"`    // open ID, Telegram user ID, or the ID of a group

	With  string `json:"with,omitempty"`  // on whose phone this is another chat
	Aside bool   `json:"aside,omitempty"` // their phone is taken out when somebody asks for it
	Face  int    `json:"face,omitempty"`  // of the drawn faces, from 1; 0: none
	Code  string `json:"code,omitempty"`  // what colleagues call those who are clients already: "K-000012"
}

var client = words{"客户", "Client"}

// cast is everyone on the page, in the order of their phones. They have the
// names of the people in flows/testdata.
var cast = []person{
	{ID: "anna", Platform: "wechat", Name: words{"安娜", "Anna"}, Role: client, Lang: "zh-hans", Address: "oRt7kAnna0000000000000000001"},
	{ID: "bo", Platform: "wechat", Name: words{"博文", "Bo"}, Role: client, Lang: "zh-hans", Address: "oRt7kBo000000000000000000002"},
	{ID: "dana", Platform: "telegram", Name: words{"丹娜", "Dana"}, Role: client, Lang: "zh-hans", Address: "8100000024"},
	{ID: "carl", Platform: "telegram", Name: words{"卡尔", "Carl"}, Role: client, Lang: "en", Address: "8100000017"},
	{ID: "mei", Platform: "wechat", Staff: true, Name: words{"王红娘", "Mei"}, Role: words{"红娘", "Matchmaker"}, Lang: "zh-hans", Address: "oRt7kMei00000000000000000003"},
	{ID: "li", Platform: "telegram", Staff: true, Name: words{"小李", "Li"}, Role: words{"客服", "Service agent"}, Lang: "zh-hans", Address: "8100000031"},
	{ID: "desk", Platform: "telegram", Staff: true, With: "li", Name: words{"员工群", "Staff group"}, Role: words{"小李在群里", "Li in the group"}, Lang: "zh-hans"},
}
