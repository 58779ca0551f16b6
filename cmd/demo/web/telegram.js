// How Telegram looks: inline keyboards, times and ticks in the bubbles, commands.

import { el, icon } from './dom.js';
import { t } from './texts.js';

export const telegram = {
  leave: 'block',
  attachIcon: 'clip',
  status: () => t('bot'),
  placeholder: () => t('write'),
  sendFace: () => icon('send'),

  title: (status) => el('span.bar-title', {}, el('img.bar-logo', { src: 'logo.svg', alt: '' }),
    el('span.bar-names', {}, el('span', {}, t('account')), status)),

  door(phone) {
    return [
      el('div.door-card', {}, el('img.door-logo', { src: 'logo.svg', alt: '' }), el('p.door-name', {}, t('account')), el('p.door-words', {}, t('telegramWords'))),
      el('button.door-enter', { type: 'button', onclick: () => phone.do('follow') }, t(phone.state.before ? 'restart' : 'start')),
    ];
  },

  // sideButton opens the bot's command list.
  sideButton: (phone) => el('button.side-button', { type: 'button', 'aria-label': t('commands'), onclick: () => phone.toggleSheet('commands') }, icon('menu')),

  // onState shows, besides the commands, the keys in the place of the letters.
  onState(phone) {
    phone.side.hidden = !phone.state.commands?.length;
    const rows = phone.state.keyboard || [];
    phone.keyboard.hidden = !rows.length;
    phone.keyboard.replaceChildren(...rows.map((row) => el('div.key-row', {}, ...row.map((k) => el('button.key', {
      type: 'button', onclick: () => (k.contact ? phone.do('contact') : phone.do('write', { text: k.label })),
    }, k.label)))));
  },

  sheet(phone) {
    return [el('ul.commands', {}, ...(phone.state.commands || []).map((c) => el('li', {},
      el('button', { type: 'button', onclick: () => phone.do('write', { text: `/${c.name}` }) }, el('b', {}, `/${c.name}`), el('span', {}, c.help)))))];
  },

  bubble(phone, b) {
    if (b.kind === 'notice') return [el('p.notice', {}, b.text)];
    const from = b.from && !b.mine ? el('b.from', {}, b.from) : null;
    const quoted = b.reply && phone.bubbles.get(b.reply);
    const foot = el('span.foot', {}, b.edited ? `${t('edited')} ` : '', clock(b.at), b.mine ? el('span.ticks', { 'aria-hidden': 'true' }, ' ✓✓') : null);
    const body = el('div.bubble', {}, from, quoted ? el('p.quote', {}, quoted.text.slice(0, 60)) : null, ...phone.body(b), foot);
    const parts = [body];
    if (b.mine && b.kind === 'text') {
      parts.unshift(el('button.pen', { type: 'button', 'aria-label': t('edit'), title: t('edit'), onclick: () => phone.startEditing(b) }, icon('pen')));
    }
    if (!b.keys?.length) return [el('div.line', {}, ...parts)];
    const keys = el('div.keys', {}, ...b.keys.map((row, r) => el('div.key-row', {}, ...row.map((k, c) => phone.key(b, k, r, c)))));
    return [el('div.line', {}, ...parts), keys];
  },
};

const clock = (at) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
