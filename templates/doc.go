// Package templates holds every text the bot says and every word it listens
// for, in every language, and proves before the first client comes that all of
// it can be said.
//
// A file is a script that a copywriter can read and change:
//
//	# Lines like this one are notes among colleagues.
//	== complaint.kind
//	很抱歉，{{.Name}}。请问是哪方面的问题？
//	[matchmaker] 红娘服务
//	[date] 见面对象
//	[more if .More] 看更多
//	[case each .Cases] {{.Number}} {{.Title}}
//	[rules https://example.com/rules] 服务规则
//
// A block begins with "== name". Its words are a template: {{.Name}} is filled
// in, {{if .More}} … {{else}} … {{end}} chooses, and a line that holds nothing
// but such a choice leaves no empty line behind. Buttons come last:
//
//	[id] label                   a button; the label may be filled in too
//	[id if CONDITION] label      only when the condition holds
//	[id each LIST] label         one for every element, which is the dot in its
//	                             label; the IDs are id.0, id.1 …
//	[id https://…] label         opens a page; "if" and "each" may follow
//
// A line of words that must begin with "[", "#" or "==" begins with a
// backslash instead: "\[".
//
// A block of a Words declaration has one word or phrase a line, and nothing else.
//
// The texts stand in one folder a language. An agency replaces single blocks
// from a folder of the same form (Options.Override), held to the same proofs.
package templates
