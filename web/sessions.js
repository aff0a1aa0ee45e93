// @ts-check
import { call, forgetToken, readToken, signInAgain } from './api.js';

/** @typedef {{id: string, name?: string, status: 'active' | 'paused' | 'completed', duration: number, unlimited?: true,
 *   startTime: number, elapsed: number, remaining: number, over?: true, tokenBudget?: number, tokensUsed: number, endTime?: number}} Session */
/** @typedef {{session: Session, element: HTMLElement}} Shown */

const list = /** @type {HTMLElement} */ (document.getElementById('sessions'));
const template = /** @type {HTMLTemplateElement} */ (document.getElementById('session'));
const connection = /** @type {HTMLElement} */ (document.getElementById('connection'));
const empty = /** @type {HTMLElement} */ (document.getElementById('empty'));
const older = /** @type {HTMLElement} */ (document.getElementById('older'));
const shownAtOnce = 50;
const openAtOnce = 200;
/** Changes of name, budget and duration have no frame of their own: all is asked for again so often, ms. */
const reloadMs = 15_000;

/** @type {Map<string, Shown>} */
const shown = new Map();
/** Sessions that are not shown and were asked for once. @type {Set<string>} */
const askedFor = new Set();

/** @param {HTMLElement} element @param {string} selector */
const part = (element, selector) => /** @type {HTMLElement} */ (element.querySelector(selector));

/** @param {number} n */
const two = (n) => String(n).padStart(2, '0');

/** @param {number} ms */
const clock = (ms) => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
};

const count = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** @param {HTMLElement} element @param {string} name @param {number} share */
const fill = (element, name, share) => {
  const bar = /** @type {HTMLProgressElement} */ (part(element, `progress.${name}`));
  bar.value = Math.min(1, share);
  bar.classList.toggle('high', share >= 0.8 && share < 1);
  bar.classList.toggle('full', share >= 1);
};

/** @param {Shown} shown */
const draw = ({ session, element }) => {
  const { status, duration, elapsed, remaining, unlimited, over, tokenBudget, tokensUsed } = session;
  const spent = tokenBudget !== undefined && tokensUsed >= tokenBudget;
  const isOverBudget = tokenBudget !== undefined && tokensUsed > tokenBudget;
  element.className = status;
  part(element, '.name').textContent = session.name ?? session.id.slice(-8);
  part(element, '.status').textContent = [status, over && 'over its time', isOverBudget && 'over its budget']
    .filter(Boolean)
    .join(', ');
  part(element, '.status').classList.toggle('full', Boolean(over) || isOverBudget);
  fill(element, 'time', unlimited ? 0 : elapsed / duration);
  part(element, '.time-text').textContent =
    status === 'completed'
      ? `took ${clock(elapsed)}`
      : unlimited
        ? clock(elapsed)
        : `${clock(remaining)} left of ${clock(duration)}`;
  fill(element, 'tokens', tokenBudget ? tokensUsed / tokenBudget : 0);
  part(element, '.tokens-text').textContent = tokenBudget
    ? `${count.format(tokensUsed)} of ${count.format(tokenBudget)}`
    : count.format(tokensUsed);
  part(element, '.tokens-text').classList.toggle('full', spent);
};

/** @param {Session} session */
const newElement = (session) => {
  const element = part(/** @type {any} */ (template.content.cloneNode(true)), 'li');
  for (const [name, status] of [
    ['pause', 'paused'],
    ['resume', 'active'],
    ['end', 'completed'],
  ]) {
    part(element, `.${name}`).addEventListener('click', () => {
      call('PATCH', `/api/sessions/${session.id}`, { status }).catch((/** @type {unknown} */ error) =>
        warn(element, /** @type {Error} */ (error).message),
      );
    });
  }
  askFirst(element);
  return element;
};

/** Done can't be taken back: the focus goes to the button that keeps the session. @param {HTMLElement} element */
const askFirst = (element) => {
  const [usual, confirm] = [part(element, '.usual'), part(element, '.confirm')];
  const [done, keep] = [part(element, '.done'), part(element, '.keep')];
  /** @param {boolean} asks @param {HTMLElement} next */
  const turn = (asks, next) => {
    usual.hidden = asks;
    confirm.hidden = !asks;
    next.focus();
  };
  done.addEventListener('click', () => turn(true, keep));
  for (const name of ['.keep', '.end']) part(element, name).addEventListener('click', () => turn(false, done));
  confirm.addEventListener('keydown', ({ key }) => key === 'Escape' && turn(false, done));
};

/** @param {HTMLElement} element @param {string} text */
const warn = (element, text) => {
  const alert = part(element, '.alert');
  alert.textContent = text;
  alert.hidden = false;
};

const timeOfDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short' });

/** @param {HTMLElement} element @param {string} message @param {number} at */
const tellAlert = (element, message, at) => warn(element, `${message} · ${timeOfDay.format(at)}`);

/** One after the other: there may be many sessions. */
let asking = Promise.resolve();

/** The last alert that was raised before this page heard of the session. @param {Shown} shown */
const askForAlert = ({ session, element }) => {
  if (session.status === 'completed') return;
  asking = asking
    .then(() => call('GET', `/api/sessions/${session.id}/events?type=alert_raised`))
    .then(({ events }) => {
      const last = events.at(-1);
      if (last && part(element, '.alert').hidden) tellAlert(element, last.data.message, last.at);
    })
    .catch(() => {});
};

/** All that is open, and the newest. */
const load = async () => {
  const [active, paused, newest] = await Promise.all([
    call('GET', `/api/sessions?status=active&limit=${openAtOnce}`),
    call('GET', `/api/sessions?status=paused&limit=${openAtOnce}`),
    call('GET', `/api/sessions?limit=${shownAtOnce}`),
  ]);
  /** @type {Map<string, Session>} */
  const found = new Map();
  for (const { sessions } of [active, paused, newest]) for (const session of sessions) found.set(session.id, session);
  show([...found.values()].toSorted((a, b) => b.startTime - a.startTime));
  const rest = newest.total - found.size;
  empty.hidden = found.size > 0;
  older.hidden = rest <= 0;
  older.textContent = `and ${rest} older ones: stint ls`;
};

/** Just these, in this order. @param {Session[]} sessions */
const show = (sessions) => {
  const ids = new Set(sessions.map(({ id }) => id));
  for (const [id, { element }] of shown) {
    if (ids.has(id)) continue;
    element.remove();
    shown.delete(id);
  }
  for (const [index, session] of sessions.entries()) {
    const known = shown.get(session.id);
    const element = known?.element ?? newElement(session);
    shown.set(session.id, { session, element });
    if (!known) askForAlert({ session, element });
    // One that stands where it should is not moved: its buttons would lose the focus.
    const there = list.children[index];
    if (there !== element) list.insertBefore(element, there ?? null);
    draw({ session, element });
  }
};

/** @type {Promise<void> | undefined} */
let loading;
let loadsAgain = false;

/** One load at a time, and one more when it was asked for meanwhile; what fails is asked for again in time. */
const reload = () => {
  loadsAgain = loading !== undefined;
  loading ??= load()
    .catch(() => {})
    .finally(() => {
      loading = undefined;
      if (loadsAgain) reload();
    });
};

/** @param {any} frame */
const hear = (frame) => {
  const met = shown.get(frame.sessionId);
  if (!met) {
    if (frame.sessionId === undefined || askedFor.has(frame.sessionId)) return;
    askedFor.add(frame.sessionId);
    return reload();
  }
  if (frame.type === 'timer_update') {
    const { elapsed, remaining, status } = frame;
    // What a change of status brings along (an extended duration, the end) is in the session, not in the frame.
    if (status !== met.session.status) return reload();
    Object.assign(met.session, { elapsed, remaining });
  }
  if (frame.type === 'token_update') met.session.tokensUsed = frame.totalUsed;
  if (frame.type === 'alert') {
    tellAlert(met.element, frame.message, Date.now());
    reload();
  }
  draw(met);
};

/** The live view: one socket, opened again when it drops, with the state told anew each time. */
const connect = async () => {
  try {
    // Who may only look is offered nothing else. With another role the socket is closed, and this asked again.
    const { role } = await call('GET', '/api/me');
    document.body.classList.toggle('viewer', role === 'viewer');
    await load();
    const { ticket } = await call('POST', '/api/ws-ticket');
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws?ticket=${ticket}`);
    socket.addEventListener('open', () => {
      connection.textContent = 'live';
      socket.send(JSON.stringify({ type: 'subscribe', sessionId: '*' }));
    });
    socket.addEventListener('message', ({ data }) => hear(JSON.parse(data)));
    socket.addEventListener('close', again);
  } catch {
    again();
  }
};

const again = () => {
  connection.textContent = 'connection lost; trying again…';
  setTimeout(() => void connect(), 1000 + Math.random() * 2000);
};

const signOut = async () => {
  const { token } = await call('GET', '/api/me');
  const { tokens } = await call('GET', '/api/tokens');
  // A token that was pasted in is used elsewhere too.
  const made = tokens.find((/** @type {any} */ { id }) => id === token.id)?.kind === 'browser';
  if (made) await call('DELETE', `/api/tokens/${token.id}`);
  forgetToken();
  signInAgain();
};

document.getElementById('sign-out')?.addEventListener('click', () => void signOut());

if (readToken()) {
  await connect();
  setInterval(reload, reloadMs);
} else signInAgain();
