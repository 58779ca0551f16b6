// The page: follows the live news, keeps the phones and the dock up to date.

import { el, icon } from './dom.js';
import { t, inLang, currentLang, chooseLang, keepLang } from './texts.js';
import { Phone, avatar } from './phone.js';
import { Dock } from './dock.js';
import { post } from './post.js';

const $ = (id) => document.getElementById(id);
const phones = new Map();
let snapshot = null;
let dock = null;
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
    const phone = new Phone(p, snapshot.samples);
    phones.set(p.id, phone);
    (p.staff ? groups.staff : groups.clients).append(phone.node);
  }
  $('stage').replaceChildren(
    el('section.side', { 'aria-label': t('clients') }, el('h2.side-name', {}, t('clients')), groups.clients),
    el('section.side.narrow', { 'aria-label': t('staff') }, el('h2.side-name', {}, t('staff')), groups.staff));
  dock = new Dock($('dock'), snapshot.phones);
  dock.showWeather(snapshot.weather);
  dock.showPanel(snapshot.panel);
  drawCast();
  bringForward(front);
  showPlayer(snapshot.player);
  for (const phone of phones.values()) phone.toBottom();
}

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
  const tabs = snapshot.phones.map((p) => el('button.tab', { type: 'button', id: `tab-${p.id}`, onclick: () => bringForward(p.id) },
    avatar(p), el('span.tab-name', {}, inLang(p.name)), el('span.badge', { hidden: true })));
  tabs.push(el('button.tab.tab-dock', { type: 'button', id: 'tab-dock', onclick: () => bringForward('dock') },
    el('span.avatar.avatar-dock', { 'aria-hidden': 'true' }, icon('gear')), el('span.tab-name', {}, t('behind'))));
  $('cast').replaceChildren(...tabs);
}

function bringForward(id) {
  front = id;
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

function markRead(tab) {
  const badge = tab.querySelector('.badge');
  if (badge) { badge.hidden = true; badge.textContent = ''; }
}

function onChange({ phone: id, change, state }) {
  const phone = phones.get(id);
  if (!phone) return;
  phone.change(change, state);
  if (change.kind === 'new' && change.bubble && !change.bubble.mine && id !== front) {
    const badge = $(`tab-${id}`)?.querySelector('.badge');
    if (badge) {
      badge.hidden = false;
      badge.textContent = String(Math.min(99, Number(badge.textContent || 0) + 1));
      badge.setAttribute('aria-label', `${badge.textContent} ${t('unread')}`);
    }
  }
}

function onCompose(c) {
  bringForward(c.phone);
  phones.get(c.phone)?.compose(c.text, c.ms);
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
  if (view.state === 'playing' && !held && view.phone && view.phone !== front) bringForward(view.phone);
}

$('lang').addEventListener('click', () => {
  keepLang(currentLang() === 'zh' ? 'en' : 'zh');
  for (const [i, p] of snapshot.phones.entries()) snapshot.phones[i] = phones.get(p.id).shown();
  snapshot.weather = dock.weather;
  snapshot.panel = dock.panel;
  draw();
});

$('dock-toggle').addEventListener('click', () => {
  document.body.classList.toggle('dock-closed');
  nameDockToggle();
});

matchMedia('(max-width: 759px)').addEventListener('change', () => snapshot && drawWords());
connect();
