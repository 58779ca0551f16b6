package main

import (
	"errors"
	"fmt"
	"strings"

	"redthread/bot/server"
	"redthread/bot/wechat"
	"redthread/templates"
)

type menuCommand struct {
	Push menuPush `cmd:"" help:"Give the platforms WeChat's menu bar and Telegram's commands, as the texts have them. serve does so at every start."`
	Show menuShow `cmd:"" help:"Show the menu bar and the commands as the platforms have them."`
}

type menuPush struct{}

func (menuPush) Run(t *terminal) (err error) {
	p, err := openPlatforms(t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close(t)) }()
	set, err := templates.Load(textOptions(p.Config))
	if err != nil {
		return err
	}
	var errs []error
	if p.wechat != nil {
		items, err := server.Menu(set)
		if err == nil {
			err = p.wechat.PushMenu(t, items)
		}
		if err == nil {
			fmt.Fprintln(t.out, "✓ WeChat has the menu bar; phones show it within minutes")
		}
		errs = append(errs, err)
	}
	if p.telegram != nil {
		by, err := server.Commands(set)
		if err == nil {
			err = p.telegram.SetCommands(t, by)
		}
		if err == nil {
			fmt.Fprintln(t.out, "✓ Telegram has the commands")
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

type menuShow struct{}

func (menuShow) Run(t *terminal) (err error) {
	p, err := openPlatforms(t)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close(t)) }()
	var errs []error
	if p.wechat != nil {
		errs = append(errs, p.showMenu(t))
	}
	if p.telegram != nil {
		for _, lang := range append([]string{""}, templates.Languages...) {
			errs = append(errs, p.showCommands(t, lang))
		}
	}
	return errors.Join(errs...)
}

func (p *platforms) showMenu(t *terminal) error {
	items, err := p.wechat.Menu(t)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.out, "WeChat's menu bar:")
	if len(items) == 0 {
		fmt.Fprintln(t.out, "  none; run `redthread menu push`")
	}
	printItems(t, items, 1)
	return nil
}

func printItems(t *terminal, items []wechat.MenuItem, deep int) {
	for _, item := range items {
		fmt.Fprintf(t.out, "%s%s  %s%s\n", strings.Repeat("  ", deep), item.Label, item.Key, item.URL)
		printItems(t, item.Items, deep+1)
	}
}

func (p *platforms) showCommands(t *terminal, lang string) error {
	list, err := p.telegram.Commands(t, lang)
	if err != nil {
		return err
	}
	whose := lang
	if lang == "" {
		whose = "every other language"
	}
	fmt.Fprintf(t.out, "Telegram's commands for %s:\n", whose)
	if len(list) == 0 {
		fmt.Fprintln(t.out, "  none; run `redthread menu push`")
	}
	for _, c := range list {
		fmt.Fprintf(t.out, "  /%s  %s\n", c.Name, c.Text)
	}
	return nil
}
