// How WeChat looks: green bubbles, square faces, tappable words, a menu bar.

import { el, icon } from './dom.js';
import { t } from './texts.js';
import { avatar } from './phone.js';

// quiet is how long a talk rests before WeChat writes the time again.
const quiet = 5 * 60 * 1000;

export const wechat = {
  leave: 'unfollow',
  attachIcon: 'plus',
  status: () => '',
  placeholder: () => '',
  sendFace: () => t('send'),

  title: (status) => el('span.bar-title', {}, el('span', {}, t('account')), status),

  door(phone) {
    return [
      el('img.door-logo', { src: 'logo.svg', alt: '' }),
      el('p.door-name', {}, t('account')),
      el('p.door-kind', {}, t('service')),
      el('p.door-words', {}, t('wechatWords')),
      el('button.door-enter', { type: 'button', onclick: () => phone.do('follow') }, t(phone.state.before ? 'followAgain' : 'follow')),
    ];
  },

  // sideButton changes between keyboard and menu bar.
  sideButton: (phone) => el('button.side-button', { type: 'button', 'aria-label': t('menu'), onclick: () => toggleBar(phone) }, icon('menu')),

  onState(phone) {
    const menu = phone.state.menu || [];
    phone.side.hidden = menu.length === 0;
    phone.bar?.remove();
    phone.bar = el('div.menu-bar', { hidden: true },
      el('button.side-button', { type: 'button', 'aria-label': t('keyboard'), onclick: () => toggleBar(phone) }, icon('keys')),
      ...menu.map((item, i) => barItem(phone, item, i)));
    phone.composer.after(phone.bar);
    phone.composer.hidden = false;
  },

  sheet: () => [],

  bubble(phone, b) {
    const parts = [];
    if (isLater(phone, b)) parts.push(el('time.when', { dateTime: b.at }, clock(b.at)));
    if (b.kind === 'notice') return [...parts, el('p.notice', {}, b.text)];
    const face = b.mine ? avatar(phone.person) : el('img.avatar', { src: 'logo.svg', alt: '' });
    const body = el('div.bubble', {}, ...phone.body(b));
    (b.keys || []).forEach((row, r) => row.forEach((k, c) => body.append(phone.key(b, k, r, c))));
    return [...parts, el('div.line', {}, face, body)];
  },
};

function barItem(phone, item, i) {
  const open = () => {
    if (!item.items?.length) { press(phone, item); return; }
    for (const other of phone.bar.querySelectorAll('.sub-menu')) if (other.dataset.of !== String(i)) other.hidden = true;
    sub.hidden = !sub.hidden;
    button.setAttribute('aria-expanded', String(!sub.hidden));
  };
  const button = el('button.bar-item', { type: 'button', onclick: open }, item.items?.length ? el('span.burger', { 'aria-hidden': 'true' }, '≡') : null, item.name);
  const sub = el('div.sub-menu', { hidden: true }, ...(item.items || []).map((s) =>
    el('button', { type: 'button', onclick: () => { sub.hidden = true; press(phone, s); } }, s.name)));
  sub.dataset.of = i;
  return el('div.bar-slot', {}, sub, button);
}

function press(phone, item) {
  if (item.url) window.open(item.url, '_blank', 'noopener,noreferrer');
  else phone.do('click', { key: item.key });
}

function toggleBar(phone) {
  phone.hideSheet();
  phone.bar.hidden = !phone.bar.hidden;
  phone.composer.hidden = !phone.bar.hidden;
}

function isLater(phone, b) {
  let before = 0;
  for (const other of phone.bubbles.values()) {
    if (other.id === b.id) break;
    before = new Date(other.at).getTime();
  }
  return new Date(b.at).getTime() - before > quiet;
}

const clock = (at) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
