// The dock: the weather, and how the bot's work stands. Conversations appear as
// the faces of their phones or as pseudonyms; what was said never appears.

import { el, icon } from './dom.js';
import { t, inLang } from './texts.js';
import { avatar } from './phone.js';
import { post } from './post.js';

// on is what each switch means; a bad day is a little of everything but the
// whole network away.
const on = { delayMs: 1500, repeat: 0.5, slow: 0.4, closed: 0.4, cut: 0.3, lost: 0.3, broken: 0.3, away: true };
const kindDay = { delayMs: 0, repeat: 0, slow: 0, closed: 0, cut: 0, lost: 0, broken: 0, away: false };
const badDay = { delayMs: 600, repeat: 0.4, slow: 0.2, closed: 0, cut: 0.15, lost: 0.05, broken: 0.15, away: false };

export class Dock {
  constructor(node, people) {
    this.people = new Map(people.map((p) => [p.id, p]));
    this.weather = { ...kindDay };
    this.panel = { turns: [], outbox: [], who: {} };
    this.received = Date.now();
    this.outbox = el('ul.rows', { tabIndex: 0, 'aria-label': t('outbox') });
    this.turns = el('ul.rows', { tabIndex: 0, 'aria-label': t('turns') });
    this.sums = el('span.sums');
    node.setAttribute('aria-label', t('dockShow'));
    node.replaceChildren(this.weatherCard(),
      el('section.card', {}, el('h2', {}, t('outbox'), this.sums), this.outbox),
      el('section.card', {}, el('h2', {}, t('turns')), this.turns));
    clearInterval(Dock.aging);
    Dock.aging = setInterval(() => this.drawAges(), 1000);
  }

  weatherCard() {
    this.switches = Object.keys(on).map((name) => {
      const [label, help] = t(`faults.${name}`);
      const box = el('input', { type: 'checkbox', role: 'switch', id: `fault-${name}`, onchange: () => this.set({ ...this.weather, [name]: box.checked ? on[name] : kindDay[name] }) });
      box.dataset.name = name;
      return el('label.switch', { title: help }, box, el('span.slot', { 'aria-hidden': 'true' }), el('span.switch-words', {}, el('b', {}, label), el('small', {}, help)));
    });
    this.kind = el('button.preset', { type: 'button', onclick: () => this.set(kindDay) }, icon('sun'), t('kindDay'));
    this.bad = el('button.preset', { type: 'button', onclick: () => this.set(badDay) }, icon('storm'), t('badDay'));
    this.token = el('button.preset', { type: 'button', onclick: () => this.spoil() }, t('token'));
    return el('section.card.weather', {}, el('h2', {}, t('weather'), el('span.presets', {}, this.kind, this.bad, this.token)),
      el('p.card-hint', {}, t('weatherHint')), el('div.switches', {}, ...this.switches));
  }

  async set(weather) {
    try { await post('api/weather', weather); } catch { this.showWeather(this.weather); }
  }

  async spoil() {
    try {
      await post('api/weather/token');
      this.token.textContent = t('tokenDone');
      setTimeout(() => { this.token.textContent = t('token'); }, 2000);
    } catch { /* the connection note says it */ }
  }

  showWeather(weather) {
    this.weather = weather;
    for (const s of this.switches) {
      const box = s.querySelector('input');
      box.checked = Boolean(weather[box.dataset.name]);
    }
    const same = (w) => Object.keys(w).every((k) => w[k] === weather[k]);
    this.kind.setAttribute('aria-pressed', String(same(kindDay)));
    this.bad.setAttribute('aria-pressed', String(same(badDay)));
    document.body.classList.toggle('unkind', !same(kindDay));
  }

  showPanel(panel) {
    this.panel = panel;
    this.received = Date.now();
    const empty = () => el('li.nothing', {}, panel.error ? t('panelAway') : t('nothing'));
    this.outbox.replaceChildren(...(panel.outbox?.length ? panel.outbox.map((p) => this.parcel(p)) : [empty()]));
    this.turns.replaceChildren(...(panel.turns?.length ? panel.turns.map((x) => this.turn(x)) : [empty()]));
    this.drawSums();
  }

  drawSums() {
    const sums = {};
    for (const p of this.panel.outbox || []) sums[p.state] = (sums[p.state] || 0) + 1;
    this.sums.replaceChildren(...Object.entries(sums).map(([state, n]) => el(`span.pill.is-${state}`, {}, `${name('states', state)} ${n}`)));
  }

  face(conversation) {
    const person = this.people.get(this.panel.who?.[conversation] || this.panel.who?.[conversation.split('/')[0]]); // a topic is its group's
    if (!person) return el('span.face.stranger', { title: conversation }, conversation.slice(0, 18));
    return el('span.face', { title: inLang(person.name) }, avatar(person), el('span.face-name', {}, inLang(person.name)));
  }

  parcel(p) {
    const age = el('span.age', {}, span(p.ageMs));
    age.dataset.ms = p.ageMs;
    return el('li.parcel', {}, this.face(p.conversation), el('span.seq', {}, `#${p.seq}`), el(`span.pill.is-${p.state}`, {}, name('states', p.state)),
      el('span.reason', {}, p.tries > 1 ? t('tries', p.tries) : '', p.reason ? ` ${p.reason}` : ''), age);
  }

  turn(x) {
    const at = new Date(x.at).toLocaleTimeString([], { hour12: false });
    return el('li.turn', {}, el('span.at', {}, at), this.face(x.conversation), el('span.what', {}, name('events', x.kind)),
      el('span.steps', {}, el('code', {}, x.before || t('outside')), ' → ', el('code', {}, shortly(x.before, x.after))),
      el('span.age', {}, x.ms < 1 ? '< 1 ms' : `${Math.round(x.ms)} ms`));
  }

  drawAges() {
    const passed = Date.now() - this.received;
    for (const a of this.outbox.querySelectorAll('.age')) a.textContent = span(Number(a.dataset.ms) + passed);
  }
}

// name is a state's or event's name in the visitor's language, or as it is.
const name = (of, key) => t(of)[key] || key;

// shortly names the step alone where the flow has not changed.
function shortly(before, after) {
  const flow = `${before.split('/')[0]}/`;
  if (before && after.startsWith(flow)) return after.slice(flow.length);
  return after || t('outside');
}

function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return t('seconds', s);
  return s < 3600 ? t('minutes', Math.round(s / 60)) : t('hours', Math.round(s / 3600));
}
