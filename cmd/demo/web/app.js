// The page: follows the live news, keeps the phones and the dock up to date.

import { el, icon } from './dom.js';
import { t, inLang, currentLang, chooseLang, keepLang } from './texts.js';
import { Phone, avatar } from './phone.js';
import { Forum } from './forum.js';
import { Shelf } from './shelf.js';
import { Dock } from './dock.js';
import { post } from './post.js';

const $ = (id) => document.getElementById(id);
const phones = new Map();
let snapshot = null;
let dock = null;
let shelf = null; // the phones that can be taken out
let front = 'anna'; // the phone in front on a small screen, or 'dock'

function connect() {
  const source = new EventSource('events');
  source.addEventListener('snapshot', (e) => start(JSON.parse(e.data)));
  source.addEventListener('change', (e) => onChange(JSON.parse(e.data)));
  source.addEventListener('panel', (e) => dock.showPanel(JSON.parse(e.data)));
  source.addEventListener('weather', (e) => dock.showWeather(JSON.parse(e.data)));
  source.addEventListener('player', (e) => showPlayer(JSON.parse(e.data)));
  source.addEventListener('compose', (e) => onCompose(JSON.parse(e.data)));
  source.addEventListener('point', (e) => { const p = JSON.parse(e.data); phones.get(p.phone)?.point(p); });
  source.onopen = () => { $('link').textContent = ''; };
  source.onerror = () => {
    $('link').textContent = t('offline');
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  };
}

// start draws everything from a snapshot: at first, and after the connection was lost.
function start(s) {
  if (snapshot && snapshot.run !== s.run) {
    location.reload(); // the program was started anew
    return;
  }
  if (snapshot) {
    snapshot = s;
    for (const p of s.phones) phones.get(p.id).catchUp(p.state, p.bubbles);
    dock.showPanel(s.panel);
    dock.showWeather(s.weather);
    showPlayer(s.player);
    return;
  }
  snapshot = s;
  chooseLang(s.lang);
  draw();
}

function draw() {
  drawWords();
  phones.clear();
  const groups = { clients: el('div.group.clients'), staff: el('div.group.staff') };
  for (const p of snapshot.phones) {
    const phone = new (p.with ? Forum : Phone)(p, snapshot.samples, snapshot.things);
    phones.set(p.id, phone);
    if (!p.aside) (p.staff ? groups.staff : groups.clients).append(phone.node);
    if (p.with) share(phones.get(p.with), phone);
  }
  shelf = new Shelf(snapshot.phones.filter((p) => p.aside), { takeOut: (id) => takeOut(id), putAway: (id) => putAway(id) }, shelf?.out);
  $('shelf').replaceChildren(shelf.node);
  $('stage').replaceChildren(
    el('section.side', { 'aria-label': t('clients') }, el('h2.side-name', {}, t('clients')), groups.clients),
    el('section.side.narrow', { 'aria-label': t('staff') }, el('h2.side-name', {}, t('staff')), groups.staff));
  dock = new Dock($('dock'), snapshot.phones);
  dock.showWeather(snapshot.weather);
  dock.showPanel(snapshot.panel);
  drawCast();
  for (const id of shelf.out) takeOut(id);
  bringForward(front);
  showPlayer(snapshot.player);
  for (const phone of phones.values()) phone.toBottom();
}

// share puts two chats of one phone in one place, with a switch between them.
function share(one, other) {
  for (const phone of [one, other]) {
    const keys = [one, other].map((to) => el('button.chat', {
      type: 'button', 'data-chat': to.person.id, 'aria-pressed': String(to === phone), onclick: () => bringForward(to.person.id),
    }, t(to === one ? 'privateChat' : 'groupChat'), el('span.badge', { hidden: true })));
    phone.node.querySelector('.who-role').replaceWith(el('span.chats', { role: 'group' }, ...keys));
    phone.node.querySelector('.who-name').textContent = inLang(one.person.name);
    phone.pair = phone === one ? other : one;
  }
  other.node.querySelector('.avatar').replaceWith(avatar(one.person));
  other.node.classList.add('behind');
}

// takeOut shows the phone of somebody who has none on the page from the start.
function takeOut(id) {
  const phone = phones.get(id);
  if (!phone) return;
  if (!phone.node.isConnected) {
    document.querySelector('.group.clients').append(phone.node);
    phone.node.querySelector('.who').append(el('button.away', { type: 'button', 'aria-label': t('putAway'), title: t('putAway'), onclick: () => shelf.putAway(id) }, '✕'));
    $('tab-dock').before(tab(phone.person));
  }
  crowd();
  bringForward(id);
  phone.node.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function putAway(id) {
  phones.get(id).node.remove();
  phones.get(id).node.querySelector('.away')?.remove();
  $(`tab-${id}`)?.remove();
  crowd();
  if (front === id) bringForward('anna');
}

function crowd() { document.body.classList.toggle('crowded', shelf.out.size > 0); }

function drawWords() {
  $('hint').textContent = t(matchMedia('(max-width: 759px)').matches ? 'hintPhone' : 'hint');
  $('lang').textContent = t('otherLang');
  $('lang').lang = currentLang() === 'zh' ? 'en' : 'zh-CN';
  nameDockToggle();
}

function nameDockToggle() {
  const open = !document.body.classList.contains('dock-closed');
  $('dock-toggle').querySelector('span').textContent = t(open ? 'dockHide' : 'dockShow');
  $('dock-toggle').setAttribute('aria-expanded', String(open));
}

// drawCast draws the tabs that choose the phone on a small screen.
function drawCast() {
  $('cast').setAttribute('aria-label', `${t('clients')}, ${t('staff')}`);
  const tabs = snapshot.phones.filter((p) => !p.aside).map(tab);
  tabs.push(el('button.tab.tab-dock', { type: 'button', id: 'tab-dock', onclick: () => bringForward('dock') },
    el('span.avatar.avatar-dock', { 'aria-hidden': 'true' }, icon('gear')), el('span.tab-name', {}, t('behind'))));
  $('cast').replaceChildren(...tabs);
}

const tab = (p) => el('button.tab', { type: 'button', id: `tab-${p.id}`, onclick: () => bringForward(p.id) },
  avatar(p), el('span.tab-name', {}, inLang(p.name)), el('span.badge', { hidden: true }));

function bringForward(id) {
  front = id;
  const { pair } = phones.get(id) || {};
  if (pair) {
    pair.node.classList.add('behind');
    phones.get(id).node.classList.remove('behind');
    for (const phone of [pair, phones.get(id)]) for (const badge of phone.node.querySelectorAll(`[data-chat="${id}"] .badge`)) clear(badge);
  }
  document.body.classList.toggle('front-dock', id === 'dock');
  for (const [name, phone] of phones) phone.node.classList.toggle('front', name === id);
  for (const tab of $('cast').children) {
    const on = tab.id === `tab-${id}`;
    tab.setAttribute('aria-current', String(on));
    if (on) {
      markRead(tab);
      tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }
  phones.get(id)?.toBottom();
}

function markRead(node) {
  const badge = node.querySelector('.badge');
  if (badge) clear(badge);
}

function clear(badge) { badge.hidden = true; badge.textContent = ''; }

function count(badge) {
  if (!badge) return;
  badge.hidden = false;
  badge.textContent = String(Math.min(99, Number(badge.textContent || 0) + 1));
  badge.setAttribute('aria-label', `${badge.textContent} ${t('unread')}`);
}

function onChange({ phone: id, change, state }) {
  const phone = phones.get(id);
  if (!phone) return;
  phone.change(change, state);
  if (change.kind !== 'new' || !change.bubble || !phone.loud(change.bubble)) return;
  shelf.ring(id);
  if (id !== front) count($(`tab-${id}`)?.querySelector('.badge'));
  if (phone.node.classList.contains('behind')) count(phone.pair.node.querySelector(`[data-chat="${id}"] .badge`));
}

function onCompose(c) {
  show(c.phone);
  phones.get(c.phone)?.compose(c.text, c.ms, c.thread);
}

// show brings somebody's phone forward, wherever it is.
function show(id) {
  if (phones.get(id)?.person.aside) shelf.takeOut(id);
  else bringForward(id);
}

function showPlayer(view) {
  if (snapshot) snapshot.player = view;
  $('playbar').hidden = !view;
  if (!view) return;
  const { held } = view;
  $('play-hold').textContent = t(held ? 'resume' : 'hold');
  $('play-hold').hidden = view.state === 'done';
  $('play-hold').onclick = () => post(`api/player/${held ? 'resume' : 'pause'}`).catch(() => {});
  $('play-progress').max = Math.max(1, view.total);
  $('play-progress').value = view.state === 'done' ? view.total : view.line;
  $('play-progress').setAttribute('aria-label', view.title);
  $('play-title').textContent = view.title;
  const notes = { waiting: t('playWaiting'), done: t('playDone') };
  const missed = view.missed?.length ? `（${t('missed', view.missed.length)}）` : '';
  $('play-remark').textContent = (notes[view.state] || view.remark || '') + missed;
  if (view.state === 'playing' && !held && view.phone && view.phone !== front) show(view.phone);
}

$('lang').addEventListener('click', () => {
  keepLang(currentLang() === 'zh' ? 'en' : 'zh');
  for (const [i, p] of snapshot.phones.entries()) snapshot.phones[i] = phones.get(p.id).shown();
  const reading = phones.get('desk')?.open;
  snapshot.weather = dock.weather;
  snapshot.panel = dock.panel;
  draw();
  if (reading) phones.get('desk').enter(reading);
});

$('dock-toggle').addEventListener('click', () => {
  document.body.classList.toggle('dock-closed');
  nameDockToggle();
});

matchMedia('(max-width: 759px)').addEventListener('change', () => snapshot && drawWords());
connect();
