// @ts-check
import { call, forgetToken, keepToken, readToken } from './api.js';

const message = /** @type {HTMLElement} */ (document.getElementById('message'));
const form = /** @type {HTMLFormElement} */ (document.getElementById('by-token'));
const input = /** @type {HTMLInputElement} */ (document.getElementById('token'));

const enter = () => location.replace('/ui/');

/** @param {string} text */
const ask = (text) => {
  message.textContent = text;
  form.hidden = false;
};

/** The code stands in the fragment, which is sent to no server, and leaves the history before it is used. */
const signIn = async () => {
  const code = location.hash.slice(1);
  history.replaceState(null, '', '/sign-in');
  if (code === '') return readToken() ? enter() : ask('Get a sign-in link in a terminal: stint token link');
  try {
    const { token } = await call('POST', '/api/sign-in', { code });
    keepToken(token);
    enter();
  } catch (error) {
    // A link is good once: who used it here is signed in.
    if (await isSignedIn()) enter();
    else ask(/** @type {Error} */ (error).message);
  }
};

const isSignedIn = async () => {
  const token = readToken();
  if (!token) return false;
  const answer = await fetch('/api/me', { headers: { authorization: `Bearer ${token}` } });
  return answer.ok;
};

const signInByToken = async () => {
  keepToken(input.value.trim());
  if (await isSignedIn()) return enter();
  forgetToken();
  ask('This token is not valid.');
};

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void signInByToken();
});

// A link that is pasted into a tab that already shows this page changes the fragment alone.
addEventListener('hashchange', () => {
  if (location.hash.length > 1) void signIn();
});

await signIn();
